namespace Cim.Runtime;

/// <summary>
/// Every error and warning code. <c>CIM0xxx</c> input, <c>CIM1xxx</c> build, lock and cache, <c>CIM2xxx</c> hardware
/// profile, <c>CIM3xxx</c> accuracy and cost budget, <c>CIM4xxx</c> runtime. <c>docs/errors.md</c> explains each.
/// </summary>
public static partial class ErrorCodes
{
    /// <summary>An input file does not exist or cannot be read.</summary>
    public const string FileNotReadable = "CIM0001";

    /// <summary>The file is not an ONNX model: malformed or truncated.</summary>
    public const string MalformedOnnx = "CIM0002";

    /// <summary>The model uses operators (or operator versions) outside the supported set; all are listed.</summary>
    public const string UnsupportedOperators = "CIM0003";

    /// <summary>The graph is inconsistent: undefined names, cycles, shapes or types that do not fit.</summary>
    public const string InvalidGraph = "CIM0004";

    /// <summary>A weight is NaN or infinite.</summary>
    public const string NonFiniteWeight = "CIM0005";

    /// <summary>A data file is malformed, empty, or does not fit the model's input.</summary>
    public const string InvalidData = "CIM0006";

    /// <summary>Labels are missing or out of the range of the model's classes.</summary>
    public const string InvalidLabels = "CIM0007";

    /// <summary>An output file or folder cannot be written: no right, no space, or something else in its place.</summary>
    public const string FileNotWritable = "CIM0008";

    /// <summary>The command line is wrong: an unknown command or option, a missing or impossible value.</summary>
    public const string WrongUsage = "CIM0010";

    /// <summary>A policy file is malformed or names layers the model does not have.</summary>
    public const string InvalidPolicy = "CIM0011";

    /// <summary>A network cannot be trained: operators without a gradient rule; all are listed.</summary>
    public const string NotDifferentiable = "CIM0040";

    /// <summary>A training recipe is malformed: unknown field, impossible value, missing file.</summary>
    public const string InvalidRecipe = "CIM0041";

    /// <summary>Training diverged: the loss is not a finite number.</summary>
    public const string TrainingDiverged = "CIM0042";

    /// <summary>A training checkpoint does not belong to this network or recipe, or is damaged.</summary>
    public const string InvalidCheckpoint = "CIM0043";

    /// <summary>A store holds another study, or one of another version.</summary>
    public const string OtherStudy = "CIM0050";

    /// <summary>Units of a study have no result.</summary>
    public const string StudyIncomplete = "CIM0051";

    /// <summary>Slurm is not there, or refuses.</summary>
    public const string ClusterRefused = "CIM0052";

    /// <summary>A folder holds no study, or a damaged one.</summary>
    public const string InvalidStudy = "CIM0053";

    /// <summary>Metadata of a <c>CimModel</c> item has a value it cannot have.</summary>
    public const string InvalidMetadata = "CIM1001";

    /// <summary>Two <c>CimModel</c> items of a project give the same class.</summary>
    public const string DuplicateClass = "CIM1002";

    /// <summary>Warning: metadata of a <c>CimModel</c> item looks like a misspelled name and has no effect.</summary>
    public const string UnknownMetadata = "CIM1003";

    /// <summary>The compiler of the package is missing, or there is no .NET to run it on.</summary>
    public const string CompilerMissing = "CIM1004";

    /// <summary>The compiler ended without saying why.</summary>
    public const string CompilerCrashed = "CIM1005";

    /// <summary>Warning: the cache of compiled models cannot be used; the model was compiled without it.</summary>
    public const string CacheUnusable = "CIM1006";

    /// <summary>The signature file between build and generator is damaged or from another version.</summary>
    public const string InvalidSignature = "CIM1007";

    /// <summary>Locked mode is on and the lock file is missing.</summary>
    public const string LockMissing = "CIM1008";

    /// <summary>The build runs on a .NET SDK that is too old for the compiler.</summary>
    public const string SdkTooOld = "CIM1009";

    /// <summary>The lock file was made from other inputs, or is damaged.</summary>
    public const string LockMismatch = "CIM1010";

    /// <summary>A compiled model was made by a version of Cim.Sdk this one does not work with.</summary>
    public const string IncompatibleSdkVersion = "CIM1011";

    /// <summary>A file changed while the model was compiled from it; the next build compiles again.</summary>
    public const string InputChanged = "CIM1012";

    /// <summary>Another build held a lock for too long without a sign of life; the model was compiled without waiting further.</summary>
    public const string LockTimeout = "CIM1013";

    /// <summary>The lock file could not be put where it belongs.</summary>
    public const string LockNotWritable = "CIM1014";

    /// <summary>The class of a model is C#, and the project is written in another language.</summary>
    public const string NoClassForLanguage = "CIM1015";

    /// <summary>The package is referenced without a part that the build needs.</summary>
    public const string AssetsMissing = "CIM1016";

    /// <summary>A project references the package and has no model.</summary>
    public const string NoModel = "CIM1017";

    /// <summary>What was emitted is not what the lock file pins.</summary>
    public const string LockResultDiffers = "CIM1020";

    /// <summary>The network a lock file holds is not the one that was locked.</summary>
    public const string LockResultDamaged = "CIM1021";

    /// <summary>Warning: in locked mode, a lock file that pins precisions but no result.</summary>
    public const string LockWithoutResult = "CIM1022";

    /// <summary>Warning: a library hides Cim.Runtime from the projects that reference it.</summary>
    public const string RuntimeHidden = "CIM1030";

    /// <summary>A hardware profile is not JSON, or not built as one.</summary>
    public const string MalformedProfile = "CIM2001";

    /// <summary>There is no such hardware profile: no built-in name and no readable file.</summary>
    public const string UnknownProfile = "CIM2002";

    /// <summary>A hardware profile has a field that does not exist.</summary>
    public const string UnknownProfileField = "CIM2003";

    /// <summary>A figure of a hardware profile has the wrong unit.</summary>
    public const string WrongProfileUnit = "CIM2004";

    /// <summary>A figure of a hardware profile is outside its range.</summary>
    public const string ImpossibleProfileValue = "CIM2005";

    /// <summary>A hardware profile without base lacks a field.</summary>
    public const string MissingProfileField = "CIM2006";

    /// <summary>Warning: the hardware profile states no energy figures, so energies are zero.</summary>
    public const string NoEnergyFigures = "CIM2007";

    /// <summary>A table of programming errors (CSV) cannot be read, or is not one.</summary>
    public const string InvalidErrorTable = "CIM2008";

    /// <summary>Warning: a sigma was given for a profile without a programming error model; <c>independent</c> is assumed.</summary>
    public const string AssumedErrorModel = "CIM2009";

    /// <summary>Warning: a profile changes what its base's figures were stated for, and gives no figures of its own.</summary>
    public const string FigureOfBase = "CIM2010";

    /// <summary>Warning: there was no calibration data; activation ranges are estimates.</summary>
    public const string NoCalibrationData = "CIM3001";

    /// <summary>The compiled network loses more accuracy than allowed.</summary>
    public const string AccuracyBudgetMissed = "CIM3002";

    /// <summary>An accuracy budget was given without labelled data to check it on.</summary>
    public const string NothingToEvaluate = "CIM3003";

    /// <summary>Warning: weights the model brings quantized do not fit 8 signed bits and were rounded again.</summary>
    public const string WeightsRequantized = "CIM3004";

    /// <summary>Warning: the compiled network is clearly less accurate than the float one, and no budget was set.</summary>
    public const string AccuracyDegraded = "CIM3005";

    /// <summary>The network needs more arrays than the chip has, or than were allowed.</summary>
    public const string TooManyArrays = "CIM3010";

    /// <summary>A search of precisions was asked for without samples to evaluate them on.</summary>
    public const string SearchNeedsData = "CIM3011";

    /// <summary>Warning: a search found no precision within the budget; the widest is used.</summary>
    public const string SearchFoundNothing = "CIM3012";

    /// <summary>Warning: a search used up its time; its best policy so far is used.</summary>
    public const string SearchRanOutOfTime = "CIM3013";

    /// <summary>Warning: samples are all zero, all the same, or of a size no network reads.</summary>
    public const string SamplesSayNothing = "CIM3014";

    /// <summary>Warning: all evaluation samples have the same label.</summary>
    public const string OneLabel = "CIM3015";

    /// <summary>Warning: a layer of 8 bits differs much from the float network's.</summary>
    public const string LayerFarFromFloat = "CIM3016";

    /// <summary>Warning: the samples are too few to show whether 8 bits are within the budget.</summary>
    public const string SamplesDecideNothing = "CIM3017";

    /// <summary>Warning: the float network was trained on the samples a search measures on.</summary>
    public const string SamplesKnown = "CIM3018";

    /// <summary>Warning: without labels, outputs are far from the float network's.</summary>
    public const string OutputsFarFromFloat = "CIM3019";

    /// <summary>Warning: converters lose accuracy that the same integers with exact sums have.</summary>
    public const string ConvertersLoseAccuracy = "CIM3020";

    /// <summary>Warning: an option was given that changes nothing here.</summary>
    public const string OptionWithoutEffect = "CIM3021";

    /// <summary>A <c>.cim</c> file is corrupt, truncated or of an unknown version.</summary>
    public const string InvalidCompiledModel = "CIM4001";

    /// <summary>An input or output buffer has the wrong length.</summary>
    public const string BufferMismatch = "CIM4002";

    /// <summary>A matrix case of <c>cim mvm</c> contradicts itself or does not fit the hardware.</summary>
    public const string InvalidMatrixCase = "CIM0012";

    /// <summary>Ctrl-C or a request to end: what was there before is still there.</summary>
    public const string Cancelled = "CIM0013";

    /// <summary>Warning: data of a compiled model are preprocessed otherwise than those it was compiled with.</summary>
    public const string PreprocessingDiffers = "CIM0014";

    /// <summary>A file with the names of classes is malformed, or has another number of them than the model has classes.</summary>
    public const string InvalidClassNames = "CIM0015";

    /// <summary>A graph breaks a rule of ONNX Runtime, so it is not passed to it.</summary>
    public const string NotRunnable = "CIM0016";

    /// <summary>A network cannot be compiled for several sizes on the same arrays.</summary>
    public const string PlanNotPossible = "CIM0018";

    /// <summary>The weights of a layer do not fit the cells its mapping gives them.</summary>
    public const string InvalidMapping = "CIM4003";

    /// <summary>A value of an input is NaN or infinite.</summary>
    public const string NonFiniteInput = "CIM4004";

    /// <summary>A value of an input is a number the network cannot use, for example an index beyond a table.</summary>
    public const string InvalidInputValue = "CIM4005";

    /// <summary>A run needs more memory than can be addressed.</summary>
    public const string RunTooLarge = "CIM4006";

    /// <summary>An integer of an output is one that a float cannot hold exactly.</summary>
    public const string InexactOutput = "CIM4007";

    /// <summary>An error nobody foresaw: a defect of the SDK.</summary>
    public const string Unexpected = "CIM4999";
}
