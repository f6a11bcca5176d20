namespace Cim.Compiler.Options;

/// <content>The lock file, further files that are written, and what a build does with the result.</content>
internal static partial class OptionTable
{
    private const string WritesOnly = "says where something is written, not what";
    private const string Interrupted = "holds interrupted work; the result is the same without it";
    private const string AboutLock = "says what is done with the lock file itself";
    private const string NotCompiled = "the compiler has no use for it";

    public static OptionRow Lock { get; } = new("Lock", OptionKind.File, OptionGroup.Lock,
        "A file that keeps the precisions that were chosen and the result. If it is there, its inputs must be those of this "
        + "compilation, and what it holds is used.")
    {
        Page = "package.md#the-lock-file",
        File = FileUse.Updated, DefaultNote = "none; beside the model in a build that searches", NotInLock = AboutLock,
    };

    public static OptionRow LockLimit { get; } = new("LockLimit", OptionKind.Number, OptionGroup.Lock,
        "The lock file holds the quantized network, and so gives the same result on any processor, if it takes at most so many MB "
        + "compressed, else its hash alone; 0 = always the hash alone.")
    {
        Range = new(0, 100), Unit = "MB", Default = "4", Keys = OptionKeys.Cache, NotInLock = AboutLock,
    };

    public static OptionRow ForceEvaluate { get; } = new("ForceEvaluate", OptionKind.Flag, OptionGroup.Lock,
        "Compiles anew and writes the lock file anew, whatever it holds.")
    {
        Scope = OptionScope.CommandLine, Default = "false", BuildSwitch = "-p:CimForceEvaluate=true", NotInLock = AboutLock,
    };

    public static OptionRow RefreshLock { get; } = new("RefreshLock", OptionKind.Flag, OptionGroup.Lock,
        "Chooses precisions anew, with a warning, where the lock file was made from other inputs.")
    {
        Scope = OptionScope.CommandLine, Default = "false", BuildSwitch = "-p:CimLockedMode=false", NotInLock = AboutLock,
    };

    public static OptionRow Locked { get; } = new("Locked", OptionKind.Flag, OptionGroup.Lock,
        "The lock file must be there and fit, and is not written.")
    {
        Scope = OptionScope.CommandLine, Default = "false", BuildSwitch = "-p:CimLockedMode=true", NotInLock = AboutLock,
    };

    public static OptionRow LockOnly { get; } = new("LockOnly", OptionKind.Flag, OptionGroup.Lock,
        "Chooses precisions, writes the lock file, and stops: nothing is compiled.")
    {
        Scope = OptionScope.CommandLine, Default = "false", NotInLock = AboutLock,
    };

    public static OptionRow Output { get; } = new("Output", OptionKind.File, OptionGroup.Outputs,
        "The compiled model (.cim). Without it only figures are printed.")
    {
        ShortFlag = "-o", File = FileUse.Written, Scope = OptionScope.CommandLine, NotInLock = WritesOnly,
    };

    public static OptionRow Report { get; } = new("Report", OptionKind.Folder, OptionGroup.Outputs,
        "Writes report.json and report.html into this folder.")
    {
        Page = "report.md", File = FileUse.Written, Scope = OptionScope.CommandLine, NotInLock = WritesOnly,
    };

    public static OptionRow ExportQdq { get; } = new("ExportQdq", OptionKind.File, OptionGroup.Outputs,
        "Writes the quantized network as a standard ONNX model with QuantizeLinear and DequantizeLinear.")
    {
        File = FileUse.Written, NotInLock = WritesOnly,
    };

    public static OptionRow PolicyOutput { get; } = new("PolicyOutput", OptionKind.File, OptionGroup.Outputs,
        "Writes the best policy of a search into this file while it runs; {Policy} reads it.")
    {
        File = FileUse.Written, NotInLock = WritesOnly,
    };

    public static OptionRow Dump { get; } = new("Dump", OptionKind.Folder, OptionGroup.Outputs,
        "Writes the graph as text into this folder after each pass.")
    {
        File = FileUse.Written, NotInLock = WritesOnly,
    };

    public static OptionRow Dependencies { get; } = new("Dependencies", OptionKind.File, OptionGroup.Outputs,
        "Writes every file that was read into this file, each with its SHA-256, as sha256sum does.")
    {
        File = FileUse.Written, Scope = OptionScope.CommandLine, NotInLock = WritesOnly,
    };

    public static OptionRow TrialLog { get; } = new("TrialLog", OptionKind.File, OptionGroup.Outputs,
        "What a search measured, so that one that was stopped continues.")
    {
        File = FileUse.State, DefaultNote = "OUTPUT.trials.json; in obj in a build", NotInLock = Interrupted,
    };

    public static OptionRow TrainingCheckpoint { get; } = new("TrainingCheckpoint", OptionKind.File, OptionGroup.Outputs,
        "Retains a training that was stopped, so that it continues.")
    {
        File = FileUse.State, DefaultNote = "OUTPUT.training; in obj in a build", NotInLock = Interrupted,
    };

    public static OptionRow ClassName { get; } = new("ClassName", OptionKind.Text, OptionGroup.Build, "The generated class.")
    {
        Format = OptionFormat.ClassName, Scope = OptionScope.Item, DefaultNote = "from the name of the file", NotInLock = NotCompiled,
    };

    public static OptionRow Namespace { get; } = new("Namespace", OptionKind.Text, OptionGroup.Build, "Its namespace.")
    {
        Format = OptionFormat.Namespace, Scope = OptionScope.Item, DefaultNote = "the root namespace", NotInLock = NotCompiled,
    };

    public static OptionRow AdditionalOptions { get; } = new("AdditionalOptions", OptionKind.Text, OptionGroup.Build,
        "Further options of `cim compile`, passed as they are.")
    {
        Scope = OptionScope.Item, Keys = OptionKeys.Cache, NotInLock = "the options it has are, each by its own row",
    };
}
