using Cim.Compiler.Options;

namespace Cim.Cli.Options;

/// <summary>The options of <c>cim schedule</c>.</summary>
internal static class ScheduleRows
{
    /// <summary>What may run at once.</summary>
    public static OptionRow Pipeline { get; } = new("Pipeline", OptionKind.Choice, OptionGroup.Inputs,
        "What may run at once: one layer; layers on different images; or layers on rows of one image.")
    {
        Choices = ["serial", "batch", "cross-layer"], Default = "cross-layer", Scope = OptionScope.CommandLine,
    };

    /// <summary>How copies are placed.</summary>
    public static OptionRow Copies { get; } = new("Copies", OptionKind.Choice, OptionGroup.Inputs,
        "Copies of layers on the arrays that are left: for the least sum of times, the fastest slowest layer, by PIMCOMP's rule, or by "
        + "search for the shortest schedule.")
    {
        Choices = ["none", "min-sum", "min-max", "balance", "optimise"], Default = "optimise", Scope = OptionScope.CommandLine,
    };

    /// <summary>Arrays beside one copy of each layer.</summary>
    public static OptionRow ExtraArrays { get; } = new("ExtraArrays", OptionKind.Integer, OptionGroup.Inputs,
        "Arrays beside one copy of each layer. Without it, those of the chip.")
    {
        Range = new(0, int.MaxValue), Unit = "arrays", Scope = OptionScope.CommandLine,
    };

    /// <summary>Where rows wait.</summary>
    public static OptionRow Buffers { get; } = new("Buffers", OptionKind.Choice, OptionGroup.Inputs,
        "Rows wait in as much memory as they need, or in the buffers of the profile: then a full buffer stalls its layer.")
    {
        Choices = ["unlimited", "profile"], Default = "unlimited", Scope = OptionScope.CommandLine,
    };

    /// <summary>Chips that are joined.</summary>
    public static OptionRow Chips { get; } = new("Chips", OptionKind.Integer, OptionGroup.Inputs,
        "Chips in a row, joined by the link of the profile. Without it, as many as the profile says.")
    {
        Range = new(1, 4096), Unit = "chips", Scope = OptionScope.CommandLine,
    };

    /// <summary>Images of a schedule.</summary>
    public static OptionRow Batch { get; } = new("Batch", OptionKind.Integer, OptionGroup.Inputs, "Images one after the other.")
    {
        Range = new(1, 4096), Default = "1", Scope = OptionScope.CommandLine,
    };

    /// <summary>The timeline as a file.</summary>
    public static OptionRow Trace { get; } = new("Trace", OptionKind.File, OptionGroup.Outputs,
        "Writes the timeline for chrome://tracing or ui.perfetto.dev.")
    {
        File = FileUse.Written, Scope = OptionScope.CommandLine,
    };
}
