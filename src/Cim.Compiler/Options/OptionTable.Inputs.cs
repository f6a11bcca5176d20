namespace Cim.Compiler.Options;

/// <content>Hardware and data.</content>
internal static partial class OptionTable
{
    public static OptionRow Hardware { get; } = new("Hardware", OptionKind.File, OptionGroup.Inputs,
        "A built-in hardware profile (`cim hardware list`) or a *.cimhw.json file.")
    {
        Page = "hardware-profiles.md", File = FileUse.NameOrRead, Default = "isaac", Keys = Result, KeyEntry = "hardware",
    };

    public static OptionRow Calibration { get; } = new("Calibration", OptionKind.File, OptionGroup.Inputs,
        "Samples that set the ranges of activations: .npz, .npy, IDX, CIFAR-10 binary or a folder of images. Labels are not needed.")
    {
        File = FileUse.Read, MayBeFolder = true, Keys = Result | OptionKeys.Trials | OptionKeys.Checkpoint, KeyEntry = "calibration",
    };

    public static OptionRow Evaluation { get; } = new("Evaluation", OptionKind.File, OptionGroup.Inputs,
        "Labelled samples on which accuracy is measured: .npz with x and y, IDX with its labels beside it, CIFAR-10 binary, or "
            + "a folder of images with a folder for each class.")
    {
        File = FileUse.Read, MayBeFolder = true, Keys = Result, KeyEntry = "evaluation",
    };

    public static OptionRow Labels { get; } = new("Labels", OptionKind.File, OptionGroup.Inputs,
        "The names of the classes, which the compiled model then holds: a text file, one a line in the order of the scores.")
    {
        File = FileUse.Read, Keys = OptionKeys.Cache, NotInLock = "names outputs and changes no number",
    };

    public static OptionRow CalibrationSamples { get; } = new("CalibrationSamples", OptionKind.Integer, OptionGroup.Inputs,
        "At most this many calibration samples, spread evenly over the file.")
    {
        Range = OptionRange.AtLeastOne, Default = "512", Writing = KeyWriting.Always,
        Keys = Result | OptionKeys.Candidates | OptionKeys.Checkpoint,
    };

    public static OptionRow CalibrationMethod { get; } = new("CalibrationMethod", OptionKind.Choice, OptionGroup.Inputs,
        "How the ranges of activations are chosen; `auto` compares the others by the error of the layers' outputs and scales channels "
            + "where that "
            + "helps.")
    {
        Page = "quantization.md",
        Choices = ["auto", "mse", "minmax", "percentile", "entropy"], Default = "auto", KeyName = "range", Writing = KeyWriting.Always,
        Keys = Result | OptionKeys.Trials | OptionKeys.Checkpoint,
    };

    public static OptionRow Limit { get; } = new("Limit", OptionKind.Integer, OptionGroup.Inputs,
        "At most this many evaluation samples.")
    {
        Range = OptionRange.AtLeastOne, Zero = "all", Unit = "samples", Default = "0", Keys = OptionKeys.Cache,
        NotInLock = "changes what is measured, not the model; the lock keeps the float score with its limit",
    };

    public static OptionRow Scale { get; } = new("Scale", OptionKind.List, OptionGroup.Inputs,
        "The network reads (x * scale - mean) / std: one number, or one per channel; 1/255 is a number.")
    {
        Format = OptionFormat.Numbers, DefaultNote = "1", Writing = KeyWriting.Always,
        Keys = Result | OptionKeys.Trials | OptionKeys.Checkpoint,
    };

    public static OptionRow Mean { get; } = new("Mean", OptionKind.List, OptionGroup.Inputs,
        "See {Scale}; for example 0.485,0.456,0.406.")
    {
        Format = OptionFormat.Numbers, DefaultNote = "0", Writing = KeyWriting.Always,
        Keys = Result | OptionKeys.Trials | OptionKeys.Checkpoint,
    };

    public static OptionRow Std { get; } = new("Std", OptionKind.List, OptionGroup.Inputs, "See {Scale}.")
    {
        Format = OptionFormat.Numbers, DefaultNote = "1", Writing = KeyWriting.Always,
        Keys = Result | OptionKeys.Trials | OptionKeys.Checkpoint,
    };

    public static OptionRow Dim { get; } = new("Dim", OptionKind.List, OptionGroup.Inputs,
        "Size of an open dimension, as name=size or input:axis=size, for example height=224 or x:1=16. The leading dimension needs none: "
        + "it is the batch. Also the value of an input of one integer, as input=value, for example sr=16000.")
    {
        Page = "import.md",
        Format = OptionFormat.Dimensions, Writing = KeyWriting.WhenSet, Keys = Result | OptionKeys.Trials | OptionKeys.Checkpoint,
    };

    public static OptionRow Dims { get; } = new("Dims", OptionKind.List, OptionGroup.Inputs,
        "Several sizes of an open dimension, one plan each in one model, which shares the arrays and takes the plan that the length of "
            + "its input asks for: sequence=16|64|256. Of several dimensions the first sizes belong together, then the second; a single "
            + "size is that of all plans.")
    {
        Page = "import.md",
        Format = OptionFormat.DimensionLists, Writing = KeyWriting.WhenSet, Keys = Result | OptionKeys.Trials | OptionKeys.Checkpoint,
    };

    public static OptionRow Fix { get; } = new("Fix", OptionKind.List, OptionGroup.Inputs,
        "The value of an input that is always the same, as input=value, for example sr=16000: it becomes a constant and is no input of "
            + "the model any more. One number stands for all elements; x=0|1 has one for each.")
    {
        Page = "import.md",
        Format = OptionFormat.InputValues, Writing = KeyWriting.WhenSet, Keys = Result | OptionKeys.Trials | OptionKeys.Checkpoint,
    };

    public static OptionRow Fidelity { get; } = new("Fidelity", OptionKind.Choice, OptionGroup.Inputs,
        "The fidelity the model is used at: accuracy and budget are measured there, and the generated class simulates it.")
    {
        Page = "fidelities.md", Choices = ["exact", "adc", "device", "circuit"], IgnoresCase = true,
        DefaultNote = "exact; accuracy at adc where converters change sums", Keys = OptionKeys.Cache,
        NotInLock = "changes where accuracy is measured, not the model",
    };

    public static OptionRow Seed { get; } = new("Seed", OptionKind.Integer, OptionGroup.Inputs, "Seed of everything random.")
    {
        Range = new(0, ulong.MaxValue), Default = "0", Writing = KeyWriting.Always, Keys = Result | OptionKeys.Checkpoint,

    };
}
