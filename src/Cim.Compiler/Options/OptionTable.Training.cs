namespace Cim.Compiler.Options;

/// <content>Training before the network is mapped.</content>
internal static partial class OptionTable
{
    private const OptionKeys Learning = Result | OptionKeys.Candidates | OptionKeys.Checkpoint;

    public static OptionRow Training { get; } = new("Training", OptionKind.File, OptionGroup.Training,
        "Samples on which the quantized network is trained before it is mapped, in the formats of {Calibration}. Labels are not needed.")
    {
        Page = "training.md", File = FileUse.Read, MayBeFolder = true, Keys = Learning, KeyEntry = "training",
    };

    public static OptionRow Validation { get; } = new("Validation", OptionKind.File, OptionGroup.Training,
        "Hold-out samples that choose the epoch that is retained and evaluate trained candidates.")
    {
        File = FileUse.Read, MayBeFolder = true, DefaultNote = "a tenth of the training samples", Keys = Learning, KeyEntry = "validation",
    };

    public static OptionRow Epochs { get; } = new("Epochs", OptionKind.Integer, OptionGroup.Training, "Passes over the training samples.")
    {
        Range = new(1, 100_000), Default = "5", Keys = Result, KeyEntry = "training", Writing = KeyWriting.Always,
    };

    public static OptionRow LearningRate { get; } = new("LearningRate", OptionKind.Number, OptionGroup.Training,
        "Learning rate of the training. Deep networks that lose little without training want less, for example 0.001.")
    {
        Range = OptionRange.OpenUnit, Default = "0.01", Keys = Learning, KeyEntry = "training", KeyName = "rate",
        Writing = KeyWriting.WhenSet,
    };

    public static OptionRow TrainingShift { get; } = new("TrainingShift", OptionKind.Integer, OptionGroup.Training,
        "Training images are shifted by up to so many pixels along each axis.")
    {
        Range = OptionRange.Count, Unit = "pixels", Default = "0", Keys = Learning, KeyEntry = "training", KeyName = "shift",
        Writing = KeyWriting.WhenSet,
    };

    public static OptionRow Engine { get; } = new("Engine", OptionKind.Choice, OptionGroup.Training,
        "What runs the arithmetic of the training: ONNX Runtime (`ort`), or libtorch (`torch`), which the package Cim.Sdk.Torch brings and "
        + "which trains on graphics processors, too.")
    {
        Page = "training.md#engines", Choices = ["ort", "torch"], Default = "ort", Keys = Learning, KeyEntry = "training",
        KeyName = "engine", Writing = KeyWriting.WhenSet,
    };

    public static OptionRow Device { get; } = new("Device", OptionKind.Text, OptionGroup.Training,
        "Where the engine `torch` trains: `cpu`, `cuda`, or `cuda:1` and so on.")
    {
        Page = "training.md#engines", Default = "cpu", Keys = Learning, KeyEntry = "training", KeyName = "device",
        Writing = KeyWriting.WhenSet,
    };

    public static OptionRow EnginePackages { get; } = new("EnginePackages", OptionKind.Text, OptionGroup.Training,
        "Where the packages of the engine `torch` are: a restored project that refers to them, its project.assets.json, or a folder with "
        + "the files.")
    {
        Page = "training.md#engines", Scope = OptionScope.CommandLine, DefaultNote = "the folder torch beside cim; in a build the project",
        NotInLock = "says where packages are, not what is computed",
    };

    public static OptionRow TrainingFlip { get; } = new("TrainingFlip", OptionKind.Flag, OptionGroup.Training,
        "Half of the training images are mirrored left to right.")
    {
        Default = "false", Keys = Learning, KeyEntry = "training", KeyName = "flip", Writing = KeyWriting.WhenSet,
    };
}
