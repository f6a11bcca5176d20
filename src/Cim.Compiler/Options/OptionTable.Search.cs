namespace Cim.Compiler.Options;

/// <content>The search of precisions, and the budget.</content>
internal static partial class OptionTable
{
    public static OptionRow Search { get; } = new("Search", OptionKind.Choice, OptionGroup.Search,
        "How precisions are chosen: uniform (the same bits everywhere, or those of {Policy}), or a search by layer.")
    {
        Page = "search.md", Choices = ["rl", "exact", "evolutionary", "random", "uniform"], Default = "uniform",
        DefaultNote = "uniform; rl in a build with Calibration and no bits set", Writing = KeyWriting.Always, Keys = Result,

    };

    public static OptionRow Objective { get; } = new("Objective", OptionKind.Choice, OptionGroup.Search, "What a search minimises.")
    {
        Page = "search.md", Choices = ["latency", "throughput", "energy", "arrays", "energy-delay"], Default = "latency",
        DefaultNote = "latency; with a schedule what it is for", Writing = KeyWriting.Always, Keys = Result,

    };

    public static OptionRow MaxAccuracyLoss { get; } = new("MaxAccuracyLoss", OptionKind.Number, OptionGroup.Search,
        "Fails if the compiled network loses more than this; a search keeps within it.")
    {
        Range = new(0, 100), Unit = "percentage points", DefaultNote = "none; 0.5 in a search", Writing = KeyWriting.Always,
        Keys = Result | OptionKeys.Trials,
    };

    public static OptionRow MaxArrays { get; } = new("MaxArrays", OptionKind.Integer, OptionGroup.Search,
        "Arrays the compiled network may take.")
    {
        Range = new(1, long.MaxValue), Unit = "arrays", Writing = KeyWriting.Always, Keys = Result,
    };

    public static OptionRow SearchBudget { get; } = new("SearchBudget", OptionKind.Number, OptionGroup.Search,
        "Minutes a compilation with a search may take, all stages together. A search that would take longer ends in time for the "
        + "stages after it, with a warning, and its best policy so far is used.")
    {
        Flag = "--budget-minutes", Aliases = ["BudgetMinutes"], Range = new(0, 100_000) { ExcludesMin = true }, Unit = "minutes",
        DefaultNote = "none; 2 in a build", Keys = OptionKeys.Cache,
        NotInLock = "what is found in a time depends on the machine; the lock holds what was found",
    };

    public static OptionRow SearchEvaluations { get; } = new("SearchEvaluations", OptionKind.Integer, OptionGroup.Search,
        "Policies a search may measure.")
    {
        Range = OptionRange.AtLeastOne, Default = "60", Writing = KeyWriting.Always, Keys = Result,
    };

    public static OptionRow ParallelCandidates { get; } = new("ParallelCandidates", OptionKind.Integer, OptionGroup.Search,
        "Policies a search chooses at a time, before the first of them is measured: so many machines can measure for it.")
    {
        Page = "cluster.md", Range = new(1, 1000), Default = "1", Keys = Result,
    };

    public static OptionRow SearchSamples { get; } = new("SearchSamples", OptionKind.Integer, OptionGroup.Search,
        "Calibration samples a search uses, at most: a third fits quantizers, the rest evaluates.")
    {
        Range = new(3, int.MaxValue), Default = "1536", Keys = Result | OptionKeys.Trials,
    };

    public static OptionRow SearchTrainingSamples { get; } = new("SearchTrainingSamples", OptionKind.Integer, OptionGroup.Search,
        "Training samples a candidate of a search learns from in its short training, at most.")
    {
        Range = OptionRange.AtLeastOne, Default = "4096", Keys = Result | OptionKeys.Candidates,
    };

    public static OptionRow SearchBinary { get; } = new("SearchBinary", OptionKind.Flag, OptionGroup.Search,
        "A search may make weights binary (1 bit) where the cells make that cheaper than ternary (2 bits).")
    {
        Default = "false", Keys = Result,
    };
}
