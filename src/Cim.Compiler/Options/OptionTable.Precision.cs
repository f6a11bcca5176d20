namespace Cim.Compiler.Options;

/// <content>Precisions, strips, column sharing and rounding.</content>
internal static partial class OptionTable
{
    public static OptionRow WeightBits { get; } = new("WeightBits", OptionKind.Integer, OptionGroup.Precision,
        "Bits of the weights of every layer: 2 is ternary, 1 binary.")
    {
        Range = new(1, 8), Default = "8", Writing = KeyWriting.Always, Keys = Result,
    };

    public static OptionRow ActivationBits { get; } = new("ActivationBits", OptionKind.Integer, OptionGroup.Precision,
        "Bits of the input of every layer.")
    {
        Range = new(2, 8), Default = "8", Writing = KeyWriting.Always, Keys = Result,
    };

    public static OptionRow EdgeBits { get; } = new("EdgeBits", OptionKind.Integer, OptionGroup.Precision,
        "Bits of the weights and inputs of the first and the last layer, in a search, too.")
    {
        Range = new(2, 8), Zero = "as the other layers", Default = "0", Keys = Result,
    };

    public static OptionRow AdcBits { get; } = new("AdcBits", OptionKind.Integer, OptionGroup.Precision,
        "Bits of every conversion. A search chooses them by layer.")
    {
        Range = new(1, 16), Zero = "that of the profile", Default = "0", Keys = Result,
    };

    public static OptionRow CopiesWithin { get; } = new("CopiesWithin", OptionKind.Integer, OptionGroup.Precision,
        "Copies of slow layers fill up to this many arrays.")
    {
        Page = "cost.md", Range = new(1, long.MaxValue), Zero = "no copies", Unit = "arrays", Default = "0", Keys = Result,
    };

    public static OptionRow ScheduleFor { get; } = new("ScheduleFor", OptionKind.Choice, OptionGroup.Precision,
        "Schedules layers at once on the arrays of the chip (or those of {CopiesWithin}), with copies for the least latency or the most "
        + "throughput; the objective of a search then counts the schedule, not the sum of the layers.")
    {
        Page = "scheduling.md", Choices = ["latency", "throughput"], DefaultNote = "no schedule", Writing = KeyWriting.WhenSet,
        Keys = Result,
    };

    public static OptionRow Policy { get; } = new("Policy", OptionKind.File, OptionGroup.Precision,
        "Precisions by layer from a file, as `cim compile --json` prints them under 'policy'.")
    {
        File = FileUse.Read, Keys = Result, KeyEntry = "policy",
    };

    public static OptionRow Strips { get; } = new("Strips", OptionKind.Number, OptionGroup.Precision,
        "Gives strips (a column on a row tile) widths by sensitivity: the share of the cells of 8-bit weights to save; auto = as much as "
        + "{MaxAccuracyLoss} allows.")
    {
        Page = "strips.md", Range = OptionRange.OpenUnit, HasAuto = true, Writing = KeyWriting.WhenSet, Keys = Result,
    };

    public static OptionRow StripWidths { get; } = new("StripWidths", OptionKind.List, OptionGroup.Precision,
        "Widths strips may have, for example 8,4,2,0.")
    {
        Format = OptionFormat.Widths, DefaultNote = "all that take different numbers of cells, and 0 (pruned)",
        Writing = KeyWriting.WhenSet, Keys = Result,
    };

    public static OptionRow StripUnit { get; } = new("StripUnit", OptionKind.Choice, OptionGroup.Precision,
        "What has one width together.")
    {
        Choices = ["strip", "column", "layer"], Default = "strip", Writing = KeyWriting.WhenSet, Keys = Result,
    };

    public static OptionRow MergeWeights { get; } = new("MergeWeights", OptionKind.Number, OptionGroup.Precision,
        "Lets outputs share columns: the share of the cells to save; 0 = only equal columns, which changes no result; auto = as much as "
        + "{MaxAccuracyLoss} allows.")
    {
        Page = "merging.md",
        Flag = "--merge", Aliases = ["Merge"], Range = new(0, 1) { ExcludesMax = true }, HasAuto = true, KeyName = "merge",
        Writing = KeyWriting.WhenSet, Keys = Result,
    };

    public static OptionRow MergeMethod { get; } = new("MergeMethod", OptionKind.Choice, OptionGroup.Precision,
        "What shares columns: group (strips, by k-means), spectral (their positive and negative parts, by spectral clustering), or auto "
        + "(spectral up to 4 bits).")
    {
        Choices = ["group", "spectral", "auto"], Default = "auto", Writing = KeyWriting.WhenSet, Keys = Result,
    };

    public static OptionRow Rounding { get; } = new("Rounding", OptionKind.Choice, OptionGroup.Precision,
        "How weights become integers: compensated (other weights make up for the error of one), nearest, learned (blocks of layers, by "
        + "gradients; slower), or auto (equalized, compensated and learned: what comes nearest to the float network).")
    {
        Page = "quantization.md", Choices = ["auto", "compensated", "nearest", "learned"], Default = "auto",
        Keys = Result | OptionKeys.Candidates | OptionKeys.Checkpoint,
    };

    public static OptionRow VariationAware { get; } = new("VariationAware", OptionKind.Flag, OptionGroup.Precision,
        "Narrows precisions until the variation of the hardware falls into output bits that are thrown away, and assigns weights to the "
        + "cells where it does least.")
    {
        Page = "variation.md", Default = "false", Keys = Result, Writing = KeyWriting.ByAnother,
    };

    public static OptionRow VariationConfidence { get; } = new("VariationConfidence", OptionKind.Number, OptionGroup.Precision,
        "Probability that variation moves a retained output by less than half of its last bit.")
    {
        Range = OptionRange.OpenUnit, Default = "0.999", KeyName = "variationAware", Writing = KeyWriting.WhenSet, Keys = Result,
    };
}
