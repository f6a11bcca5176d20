using Cim.Tasks.Files;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests;

public sealed class CimOptionsTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly Engine _engine = new();

    public CimOptionsTests() => _folder.Write("m.onnx", "model");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("WeightBits", "12", "1 to 8")]
    [InlineData("Strips", "1", "between 0 and 1")]
    [InlineData("Strips", "most", "between 0 and 1")]
    [InlineData("MergeWeights", "1", "less than 1")]
    [InlineData("MergeWeights", "half", "less than 1")]
    [InlineData("CopiesWithin", "-1", "number of arrays")]
    [InlineData("WeightBits", "four", "1 to 8")]
    [InlineData("AdcBits", "17", "1 to 16")]
    [InlineData("Search", "RL", "rl, exact, evolutionary, random or uniform")]
    [InlineData("Objective", "speed", "latency, energy, arrays or energy-delay")]
    [InlineData("Rounding", "down", "compensated")]
    [InlineData("SearchSamples", "2", "at least 3")]
    [InlineData("MaxArrays", "0", "at least 1")]
    [InlineData("Dim", "height", "name=size")]
    [InlineData("Dim", "height=32;width=0", "name=size")]
    [InlineData("Scale", "1/255/2", "1/255")]
    [InlineData("ActivationBits", "-1", "2 to 8")]
    [InlineData("Epochs", "0", "1 to 100000")]
    [InlineData("Epochs", "2.5", "1 to 100000")]
    [InlineData("LearningRate", "1", "between 0 and 1")]
    [InlineData("Seed", "-1", "0 to 18446744073709551615")]
    [InlineData("MaxAccuracyLoss", "NaN", "percentage points")]
    [InlineData("MaxAccuracyLoss", "101", "percentage points")]
    [InlineData("Scale", "1/x", "1/255")]
    [InlineData("Mean", "0.5,,0.5", "channel")]
    [InlineData("Search", "rl; rm", "rl, exact")]
    [InlineData("ClassName", "my class", "C# identifier")]
    [InlineData("ClassName", "class", "C# identifier")]
    [InlineData("Namespace", "A..B", "C# namespace")]
    [InlineData("VariationAware", "yes", "true or false")]
    [InlineData("SearchBudget", "0", "more than 0")]
    [InlineData("KeepEnds", "ends", "true or false")]
    [InlineData("VariationConfidence", "1", "between 0 and 1")]
    [InlineData("Fidelity", "perfect", "exact, adc, device or circuit")]
    public void Impossible_metadata_is_error_CIM1001_that_says_what_is_allowed(string name, string value, string allowed)
    {
        Assert.False(Run(Item((name, value))));
        BuildErrorEventArgs error = Assert.Single(_engine.Errors);
        Assert.Equal("CIM1001", error.Code);
        Assert.Equal((_folder["m.onnx"], 1, 1), (error.File, error.LineNumber, error.ColumnNumber));
        Assert.Contains($"{name}=\"{value}\"", error.Message, StringComparison.Ordinal);
        Assert.Contains(allowed, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WeightBits", "4")]
    [InlineData("WeightBits", "1")]
    [InlineData("AdcBits", "1")]
    [InlineData("AdcBits", "16")]
    [InlineData("AdcBits", "0")]
    [InlineData("Objective", "energy-delay")]
    [InlineData("Dim", "height=32; width=32")]
    [InlineData("Epochs", "20")]
    [InlineData("LearningRate", "0.001")]
    [InlineData("Strips", "0.6")]
    [InlineData("Strips", "auto")]
    [InlineData("StripWidths", "8,4,0")]
    [InlineData("MergeWeights", "0")]
    [InlineData("MergeWeights", "0.45")]
    [InlineData("MergeWeights", "auto")]
    [InlineData("Scale", "1/255")]
    [InlineData("Mean", "0.485, 0.456, 0.406")]
    [InlineData("Seed", "18446744073709551615")]
    [InlineData("Fidelity", "ADC")]
    [InlineData("Hardware", "isaac")]
    [InlineData("SearchBinary", "false")]
    [InlineData("Namespace", "My.Nets")]
    public void Possible_metadata_is_taken(string name, string value) => Assert.True(Run(Item((name, value))));

    [Theory]
    [InlineData("Calibration", "none.npz")]
    [InlineData("Evaluation", "none.npz")]
    [InlineData("Training", "none.npz")]
    [InlineData("Hardware", "mine.cimhw.json")]
    [InlineData("Hardware", "profiles/mine")]
    public void A_missing_file_is_error_CIM0001_with_its_full_path(string name, string value)
    {
        Assert.False(Run(Item((name, value))));
        BuildErrorEventArgs error = Assert.Single(_engine.Errors);
        Assert.Equal("CIM0001", error.Code);
        Assert.Contains(_folder[value], error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_wrong_is_told_at_once()
    {
        Assert.False(Run(Item(("WeightBits", "0"), ("Fidelity", "x"), ("Calibration", "none"))));
        Assert.Equal(["CIM1001", "CIM1001", "CIM0001"], _engine.Errors.Select(e => e.Code));
    }

    [Theory]
    [InlineData("WeigthBits", "WeightBits")]
    [InlineData("Bits", "AdcBits")]
    [InlineData("CalibrationData", "Calibration")]
    [InlineData("Dimension", "Dim")]
    [InlineData("Sed", "Seed")]
    public void An_unknown_name_is_a_warning_with_the_nearest_known_one(string name, string nearest)
    {
        Assert.True(Run(Item((name, "4"), ("Link", "x"), ("Visible", "false"), ("CopyToOutputDirectory", "Never"), ("SubType", "Designer"),
            ("Pack", "false"), ("_Mine", "1"), ("weightbits", "8"))));
        BuildWarningEventArgs warning = Assert.Single(_engine.Warnings);
        Assert.Equal(("CIM1003", _folder["m.onnx"]), (warning.Code, warning.File));
        Assert.Contains($"'{name}'", warning.Message, StringComparison.Ordinal);
        Assert.Contains($"Did you mean '{nearest}'?", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_names_of_one_option_are_one_too_many()
    {
        Assert.False(Run(Item(("Merge", "0.3"), ("MergeWeights", "0.4"))));
        Assert.Contains("MergeWeights and Merge", Assert.Single(_engine.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dimensions_and_additional_options_are_passed_on_and_files_named_by_them_are_inputs()
    {
        _folder.Write("p.json", "{}");
        ITaskItem item = Item(("Dim", "height=32;width=16"), ("AdditionalOptions", "--policy p.json --rounding nearest"), ("Seed", "3"));
        Assert.True(Run(item));
        string first = File.ReadAllText(_folder["m.rsp"]);
        Assert.Equal(["--seed \"3\"", "--dim \"height=32\"", "--dim \"width=16\"", "--policy p.json --rounding nearest"],
            first.Split('\n').Where(l => l.StartsWith("--", StringComparison.Ordinal)));
        _folder.Write("p.json", "{ }");
        Assert.True(Run(item));
        Assert.NotEqual(first, File.ReadAllText(_folder["m.rsp"]));
    }

    [Fact]
    public void A_damaged_compiled_model_makes_the_options_file_new()
    {
        ITaskItem item = Item(("CompiledFile", _folder["m.cim"]));
        _folder.Write("m.cim", "compiled");
        Assert.True(Run(item));
        OptionsStamp.RefreshOutput(_folder["m.rsp"], ContentHash.OfFile(_folder["m.cim"]));
        DateTime old = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(_folder["m.rsp"], old);
        Assert.True(Run(item));
        Assert.Equal(old, File.GetLastWriteTimeUtc(_folder["m.rsp"]));
        _folder.Write("m.cim", "comp");
        Assert.True(Run(item));
        Assert.NotEqual(old, File.GetLastWriteTimeUtc(_folder["m.rsp"]));
    }

    [Fact]
    public void Two_models_of_one_class_are_error_CIM1002()
    {
        Assert.False(Run(Item(("ClassName", "Net")), Item(("ClassName", "Net"))));
        Assert.Equal("CIM1002", Assert.Single(_engine.Errors).Code);
        _engine.Errors.Clear();
        Assert.True(Run(Item(("ClassName", "Net")), Item(("ClassName", "Net"), ("Namespace", "Other"))));
    }

    [Fact]
    public void The_options_file_keeps_its_time_until_something_changes()
    {
        _folder.Write("d.npz", "data");
        ITaskItem item = Item(("Calibration", "d.npz"), ("WeightBits", "4"));
        Assert.True(Run(item));
        DateTime old = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(_folder["m.rsp"], old);

        Assert.True(Run(item));
        Assert.Equal(old, File.GetLastWriteTimeUtc(_folder["m.rsp"]));

        // A touched file is the same file; another content is another, also with the old size and time.
        File.SetLastWriteTimeUtc(_folder["d.npz"], old);
        Assert.True(Run(item));
        Assert.Equal(old, File.GetLastWriteTimeUtc(_folder["m.rsp"]));
        foreach (string name in new[] { "d.npz", "m.onnx" })
        {
            DateTime time = File.GetLastWriteTimeUtc(_folder[name]);
            string text = File.ReadAllText(_folder[name]);
            _folder.Write(name, text[..^1] + "x");
            File.SetLastWriteTimeUtc(_folder[name], time);
            Assert.True(Run(item));
            Assert.NotEqual(old, File.GetLastWriteTimeUtc(_folder["m.rsp"]));
            File.SetLastWriteTimeUtc(_folder["m.rsp"], old);
        }
    }

    [Fact]
    public void A_changed_base_profile_or_table_changes_the_options_file()
    {
        _folder.Write("child.cimhw.json", """{ "base": "parent.cimhw.json" }""");
        _folder.Write("parent.cimhw.json", """{ "base": "isaac", "programmingError": { "model": "table", "table": "t.csv" } }""");
        _folder.Write("t.csv", "1e-6,1e-7");
        ITaskItem item = Item(("Hardware", "child.cimhw.json"));
        List<string> texts = [];
        foreach (string changed in new[] { "", "parent.cimhw.json", "t.csv" })
        {
            if (changed.Length > 0) File.AppendAllText(_folder[changed], " ");
            Assert.True(Run(item));
            texts.Add(File.ReadAllText(_folder["m.rsp"]));
        }
        Assert.Equal(3, texts.Distinct().Count());
    }

    [Fact]
    public void Forced_the_options_file_is_new_and_the_compiled_model_stays()
    {
        ITaskItem item = Item(("CompiledFile", _folder["m.cim"]));
        _folder.Write("m.cim", "compiled");
        Assert.True(Run(item));
        DateTime old = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(_folder["m.rsp"], old);
        CimOptions task = Task([item]);
        task.ForceEvaluate = true;
        Assert.True(task.Execute());
        Assert.NotEqual(old, File.GetLastWriteTimeUtc(_folder["m.rsp"]));
        Assert.True(File.Exists(_folder["m.cim"]));
    }

    [Fact]
    public void A_large_file_is_read_again_when_its_size_or_time_changed()
    {
        string path = _folder.Write("large", "12345"), memory = _folder["memory"];
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        DateTime time = File.GetLastWriteTimeUtc(path);
        string first = new FileHashes(memory, small: 4).Of(path);
        _folder.Write("large", "12346");
        File.SetLastWriteTimeUtc(path, time);
        Assert.Equal(first, new FileHashes(memory, small: 4).Of(path));
        Assert.NotEqual(first, new FileHashes(memory, small: 5).Of(path));
        Assert.NotEqual(first, new FileHashes(_folder["other"], small: 4).Of(path));
        File.SetLastWriteTimeUtc(path, time.AddSeconds(1));
        Assert.NotEqual(first, new FileHashes(memory, small: 4).Of(path));
    }

    [Theory]
    [InlineData("a folder", "is a folder")]
    [InlineData("a pointer", "git lfs pull")]
    public void Files_that_are_none_are_named(string kind, string expected)
    {
        if (kind == "a folder") Directory.CreateDirectory(_folder["d.npz"]);
        else _folder.Write("d.npz", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        Assert.False(Run(Item(("Calibration", "d.npz"))));
        BuildErrorEventArgs error = Assert.Single(_engine.Errors);
        Assert.Equal("CIM0001", error.Code);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_options_file_is_the_compilers_response_file()
    {
        _folder.Write("d e.npz", "data");
        Assert.True(Run(Item(("Calibration", "d e.npz"), ("Hardware", "isaac"), ("Mean", "0.5, 0.5"), ("ClassName", "Net"))));
        string[] lines = [.. File.ReadAllLines(_folder["m.rsp"]).Where(l => !l.StartsWith('#'))];
        Assert.Equal([$"\"{_folder["m.onnx"]}\"", "--hardware \"isaac\"", $"--calibration \"{_folder["d e.npz"]}\"", "--mean \"0.5, 0.5\"",
            "--search \"rl\"", "--budget-minutes \"2\"", $"--lock \"{_folder["m.cim.lock.json"]}\""], lines);
    }

    [Fact]
    public void Precisions_are_searched_for_a_limited_time_unless_somebody_set_them()
    {
        _folder.Write("d.npz", "data");
        Assert.Equal(["--search \"rl\"", "--budget-minutes \"2\""], Searched(("Calibration", "d.npz")));
        Assert.Equal(["--search \"exact\"", "--budget-minutes \"0.5\""],
            Searched(("Search", "exact"), ("SearchBudget", "0.5"), ("Calibration", "d.npz")));
        Assert.Empty(Searched(("Calibration", "d.npz"), ("WeightBits", "4")));
        Assert.Empty(Searched(("Calibration", "d.npz"), ("ActivationBits", "4")));
        Assert.Empty(Searched());
        Assert.Equal(["--search \"uniform\""], Searched(("Calibration", "d.npz"), ("Search", "uniform")));

        string[] Searched(params (string, string)[] metadata)
        {
            Assert.True(Run(Item(metadata)));
            return [.. File.ReadAllLines(_folder["m.rsp"])
                .Where(l => l.StartsWith("--search", StringComparison.Ordinal) || l.StartsWith("--budget", StringComparison.Ordinal))];
        }
    }

    [Fact]
    public void Locked_mode_without_the_lock_file_is_error_CIM1008()
    {
        CimOptions task = Task([Item(("Lock", "m.cim.lock.json"))]);
        task.LockedMode = true;
        Assert.False(task.Execute());
        Assert.Equal("CIM1008", Assert.Single(_engine.Errors).Code);
    }

    [Fact]
    public void A_package_without_its_compiler_is_error_CIM1004()
    {
        CimOptions task = Task([Item()]);
        task.ToolPath = _folder["gone/cim.dll"];
        Assert.False(task.Execute());
        Assert.Equal("CIM1004", Assert.Single(_engine.Errors).Code);
    }

    private bool Run(params ITaskItem[] items) => Task(items).Execute();

    private CimOptions Task(ITaskItem[] items) => new()
    {
        BuildEngine = _engine,
        Models = items,
        Project = _folder["p.csproj"],
        RootNamespace = "Demo",
        ToolPath = typeof(CimOptionsTests).Assembly.Location,
        SdkVersion = "0.1.0",
    };

    private ITaskItem Item(params (string Name, string Value)[] metadata) => Engine.Item(_folder["m.onnx"],
        [.. metadata, ("OptionsFile", _folder["m.rsp"]), ("SignatureFile", _folder["m.cimsig"])]);
}
