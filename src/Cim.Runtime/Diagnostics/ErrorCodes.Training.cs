namespace Cim.Runtime;

/// <content>Training engines.</content>
public static partial class ErrorCodes
{
    /// <summary>A training engine was asked for that is not there: a package is missing.</summary>
    public const string EngineMissing = "CIM0044";

    /// <summary>A training engine is there and cannot be loaded.</summary>
    public const string EngineNotLoadable = "CIM0045";

    /// <summary>A training was asked for on a device that is not there.</summary>
    public const string DeviceMissing = "CIM0046";
}
