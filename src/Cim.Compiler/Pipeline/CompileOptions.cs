using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Calibration;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Import;
using Cim.Compiler.Locking;
using Cim.Compiler.Ort;
using Cim.Compiler.QuantizationAware;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Strips;
using Cim.Compiler.Sweep;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Cim.Training.Data;

namespace Cim.Compiler.Pipeline;

/// <summary>What <c>cim compile</c> is asked for; the defaults are those of a bare <c>CimModel</c> item.</summary>
internal sealed record CompileOptions
{
    public required string ModelPath { get; init; }

    /// <summary>Where the compiled model goes; null = nowhere (only figures are wanted).</summary>
    public string? OutputPath { get; init; }

    /// <summary>A built-in profile or a file.</summary>
    public string Hardware { get; init; } = "isaac";

    /// <summary>Fields of the profile that are changed, as <c>cim advise</c> tries them.</summary>
    public ImmutableArray<ProfileSetting> HardwareSettings { get; init; } = [];

    /// <summary>Unlabelled samples for activation ranges and rounding; null = none.</summary>
    public string? Calibration { get; init; }

    /// <summary>Labelled samples; null = accuracy is not measured.</summary>
    public string? Evaluation { get; init; }

    /// <summary>Text file with the names of the classes, which the compiled model then holds; null = none.</summary>
    public string? Labels { get; init; }

    /// <summary>Samples, with labels or without, the quantized network is trained on before it is mapped; null = no training.</summary>
    public string? Training { get; init; }

    /// <summary>Samples that are not learnt from but choose the epoch that is retained and score trained candidates; null = a tenth of
    /// <see cref="Training"/>.</summary>
    public string? Validation { get; init; }

    /// <summary>What is done to images of <see cref="Training"/> before they are learnt from.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>Passes over <see cref="Training"/>; null = <see cref="QuantizationAwareOptions.DefaultEpochs"/>.</summary>
    public int? Epochs { get; init; }

    /// <summary>Learning rate of the training; null = <see cref="QuantizationAwareOptions.DefaultLearningRate"/>.</summary>
    public double? LearningRate { get; init; }

    /// <summary>What runs the arithmetic of the training: <c>ort</c> or <c>torch</c>; null = <c>ort</c>.</summary>
    public string? Engine { get; init; }

    /// <summary>Where <see cref="Engine"/> trains; null = <c>cpu</c>.</summary>
    public string? Device { get; init; }

    /// <summary>Where the packages of <see cref="Engine"/> are; null = beside this program.</summary>
    public string? EnginePackages { get; init; }

    /// <summary>File that keeps a training that is stopped, for the next compilation of the same inputs; null = none.</summary>
    public string? TrainingCheckpoint { get; init; }

    public Preprocessing Preprocessing { get; init; } = Preprocessing.None;

    /// <summary>How precisions are chosen: <c>uniform</c> (the same bits everywhere), <c>rl</c>, <c>exact</c>, <c>evolutionary</c> or
    /// <c>random</c>.</summary>
    public string Search { get; init; } = "uniform";

    /// <summary>Fake-quantized evaluations a search may spend.</summary>
    public int SearchEvaluations { get; init; } = 60;

    /// <summary>Candidates a search chooses before the first of them is measured or trained, at most.</summary>
    public int ParallelCandidates { get; init; } = 1;

    /// <summary>Whether a search ends where it needs candidates that its log does not know: other processes measure them.</summary>
    public bool LeavesCandidates { get; init; }

    /// <summary>Where such a search shares its quantized candidates with the processes that measure them; null = nowhere.</summary>
    public string? CandidatesPath { get; init; }

    /// <summary>Minutes a search may take, then the best so far is used; null = no limit.</summary>
    public double? SearchMinutes { get; init; }

    /// <summary>Seconds of <see cref="SearchMinutes"/> that an earlier step of the same build has taken.</summary>
    public double SpentSeconds { get; init; }

    /// <summary>Samples a search takes from the calibration data, at most: a third to fit quantizers, the rest to score
    /// candidates.</summary>
    public int SearchSamples { get; init; } = SearchData.MaxSamples;

    /// <summary>Training samples a candidate of a search learns from in its short training, at most.</summary>
    public int SearchTrainingSamples { get; init; } = ShortTraining.DefaultSamples;

    /// <summary>Where the best policy of a search is kept while it runs; null = nowhere.</summary>
    public string? PolicyOutputPath { get; init; }

    /// <summary>Where a search logs what it measured; null = beside the output, if there is one.</summary>
    public string? TrialLogPath { get; init; }

    /// <summary>Arrays a searched policy may take; null = no limit.</summary>
    public long? MaxArrays { get; init; }

    public int WeightBits { get; init; } = 8;

    public int ActivationBits { get; init; } = 8;

    /// <summary>Bits of every conversion; 0 = the profile's.</summary>
    public int AdcBits { get; init; }

    /// <summary>Arrays that copies of slow layers may fill; 0 = no copies.</summary>
    public long CopiesWithin { get; init; }

    /// <summary><c>latency</c> or <c>throughput</c>: copies are placed for it, and a search counts the schedule; null = no
    /// schedule.</summary>
    public string? ScheduleFor { get; init; }

    /// <summary>Widths of single strips of the weight matrices; null = every layer one width.</summary>
    public StripOptions? Strips { get; init; }

    /// <summary>Columns that strips share; null = every strip has its own.</summary>
    public ColumnSharingOptions? Merge { get; init; }

    /// <summary>A search may make weights binary (1 bit: -1 and 1) where the cells make that cheaper than ternary.</summary>
    public bool SearchBinary { get; init; }

    /// <summary>Bits of the weights and inputs of the first and the last layer, 2 to 8; 0 = as the other layers.</summary>
    public int EdgeBits { get; init; }

    /// <summary>Percentage points the compiled network may lose; null = no budget (a search then allows
    /// <see cref="DefaultSearchLoss"/>).</summary>
    public double? MaxAccuracyLoss { get; init; }

    /// <summary>Percentage points a search allows by default.</summary>
    public const double DefaultSearchLoss = 0.5;

    /// <summary><c>latency</c>, <c>throughput</c> (with a schedule), <c>energy</c>, <c>arrays</c> or <c>energy-delay</c>.</summary>
    public string Objective { get; init; } = "latency";

    /// <summary>Narrow the precisions until the profile's variation falls into bits that are thrown away; see docs/variation.md.</summary>
    public bool VariationAware { get; init; }

    /// <summary>Probability that variation moves a kept output by less than half of its last bit.</summary>
    public double VariationConfidence { get; init; } = VariationOptions.DefaultConfidence;

    /// <summary>The fidelity the result is used at, which budgets are checked at; null = <c>exact</c>, or <c>adc</c> where converters
    /// change
    /// sums.</summary>
    public Fidelity? Fidelity { get; init; }

    public ulong Seed { get; init; }

    /// <summary>Where <c>report.json</c> and <c>report.html</c> go.</summary>
    public string? ReportDirectory { get; init; }

    /// <summary>The lock file; see <see cref="CompileLock"/>.</summary>
    public string? LockPath { get; init; }

    /// <summary>Compile anew although the lock names other inputs.</summary>
    public bool ForceEvaluate { get; init; }

    /// <summary>Choose anew, with a warning, where the lock was made from other inputs; else that is an error.</summary>
    public bool RefreshLock { get; init; }

    /// <summary>The lock file must be there, and is not written.</summary>
    public bool Locked { get; init; }

    /// <summary>A lock file holds the quantized network if it takes at most this many MB compressed, else its hash alone; 0 = always the
    /// hash alone.</summary>
    public double LockLimit { get; init; } = PinnedNetwork.DefaultLimit;

    /// <summary>Precisions by layer.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>Where the quantized network goes as a QDQ model.</summary>
    public string? ExportQdqPath { get; init; }

    public RangeMethod Range { get; init; } = RangeMethod.Automatic;

    /// <summary>One of <see cref="RoundingMethods"/>.</summary>
    public string Rounding { get; init; } = RoundingMethods.Auto;

    public int CalibrationSamples { get; init; } = CalibrationData.DefaultSamples;

    /// <summary>At most this many evaluation samples; 0 = all.</summary>
    public int EvaluationLimit { get; init; }

    public ImportOptions Import { get; init; } = ImportOptions.Default;

    /// <summary>True if precisions are searched (a policy file leaves nothing to search).</summary>
    public bool Searches => Search != "uniform" && PolicyPath is null;

    /// <summary>Checks what the table of options cannot: values that need another option, or contradict it.</summary>
    /// <exception cref="CimException">CIM0010, CIM3003, CIM3011: options that cannot be, or not together.</exception>
    public void Check() => CompileOptionsCheck.Run(this);
}
