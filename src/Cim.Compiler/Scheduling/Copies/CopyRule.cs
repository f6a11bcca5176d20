namespace Cim.Compiler.Scheduling.Copies;

/// <summary>How copies of layers are placed on arrays that are left.</summary>
internal enum CopyRule
{
    /// <summary>One copy of each layer.</summary>
    None,

    /// <summary>The least sum of the layers' times, exactly.</summary>
    MinSum,

    /// <summary>The fastest slowest layer.</summary>
    MinMax,

    /// <summary>The rule of PIMCOMP.</summary>
    Balance,

    /// <summary>The shortest schedule, by search over copies with the simulation itself.</summary>
    Optimise,
}
