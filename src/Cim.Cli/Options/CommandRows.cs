using Cim.Compiler.Options;

namespace Cim.Cli.Options;

/// <summary>Options of other commands, which a compilation does not have.</summary>
internal static class CommandRows
{
    /// <summary>How many chips are simulated.</summary>
    public static OptionRow Trials { get; } = new("Trials", OptionKind.Integer, OptionGroup.Inputs, "Simulate this many chips.")
    {
        Range = OptionRange.AtLeastOne, Default = "1", Scope = OptionScope.CommandLine,
    };

    /// <summary>On how many threads.</summary>
    public static OptionRow Threads { get; } = new("Threads", OptionKind.Integer, OptionGroup.Inputs,
        "At most this many threads. Results do not depend on it.")
    {
        Range = OptionRange.AtLeastOne, Zero = "all processors", Default = "0", Scope = OptionScope.CommandLine,
    };

    /// <summary>On how many samples output codes are compared.</summary>
    public static OptionRow OutputCodes { get; } = new("OutputCodes", OptionKind.Integer, OptionGroup.Inputs,
        "Compare the output codes of every layer with the noise-free ones on at most this many samples.")
    {
        Range = OptionRange.AtLeastOne, Zero = "none", Default = "0", Scope = OptionScope.CommandLine,
    };

    /// <summary>Labels against classes.</summary>
    public static OptionRow Confusion { get; } = new("Confusion", OptionKind.Flag, OptionGroup.Inputs,
        "Count which classes the samples of each label are taken for, with recall and precision of each class.")
    {
        Scope = OptionScope.CommandLine,
    };

    /// <summary>Samples behind derivatives.</summary>
    public static OptionRow Samples { get; } = new("Samples", OptionKind.Integer, OptionGroup.Inputs,
        "Computes derivatives on at most this many samples.")
    {
        Range = OptionRange.AtLeastOne, Default = "256", Scope = OptionScope.CommandLine,
    };

    /// <summary>Random vectors.</summary>
    public static OptionRow Probes { get; } = new("Probes", OptionKind.Integer, OptionGroup.Inputs,
        "Random vectors that estimate the Hessian trace.")
    {
        Range = OptionRange.AtLeastOne, Default = "8", Scope = OptionScope.CommandLine,
    };

    /// <summary>Points of a front.</summary>
    public static OptionRow Points { get; } = new("Points", OptionKind.Integer, OptionGroup.Inputs, "Points to measure.")
    {
        Range = new(2, int.MaxValue), Default = "12", Scope = OptionScope.CommandLine,
    };
}
