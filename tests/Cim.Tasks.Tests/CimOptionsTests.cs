using Cim.Tasks.Files;
using Cim.Tasks.Options;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests;

/// <summary>The options file of an item: what it says, and when it is new.</summary>
public sealed class CimOptionsTests : IDisposable
{
    private readonly OptionsRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Dimensions_and_additional_options_are_passed_on_and_files_named_by_them_are_inputs()
    {
        _run.Folder.Write("p.json", "{}");
        ITaskItem item = _run.Item(
            ("Dim", "height=32;width=16"), ("AdditionalOptions", "--policy p.json --rounding nearest"), ("Seed", "3"));
        Assert.True(_run.Run(item));
        string first = File.ReadAllText(_run.Folder["m.rsp"]);
        Assert.Equal(["--seed \"3\"", "--dim \"height=32\"", "--dim \"width=16\"", "--policy p.json --rounding nearest"],
            first.Split('\n').Where(l => l.StartsWith("--", StringComparison.Ordinal)));
        _run.Folder.Write("p.json", "{ }");
        Assert.True(_run.Run(item));
        Assert.NotEqual(first, File.ReadAllText(_run.Folder["m.rsp"]));
    }

    [Fact]
    public void A_damaged_compiled_model_makes_the_options_file_new()
    {
        ITaskItem item = _run.Item(("CompiledFile", _run.Folder["m.cim"]));
        _run.Folder.Write("m.cim", "compiled");
        Assert.True(_run.Run(item));
        OptionsStamp.RefreshOutput(_run.Folder["m.rsp"], ContentHash.OfFile(_run.Folder["m.cim"]));
        DateTime old = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(_run.Folder["m.rsp"], old);
        Assert.True(_run.Run(item));
        Assert.Equal(old, File.GetLastWriteTimeUtc(_run.Folder["m.rsp"]));
        _run.Folder.Write("m.cim", "comp");
        Assert.True(_run.Run(item));
        Assert.NotEqual(old, File.GetLastWriteTimeUtc(_run.Folder["m.rsp"]));
    }

    [Fact]
    public void A_folder_of_images_is_an_input_by_its_content_where_samples_are_read_and_an_error_elsewhere()
    {
        _run.Folder.Write("images/cat/a.png", "1");
        ITaskItem item = _run.Item(("Calibration", "images"), ("Evaluation", "images"));
        Assert.True(_run.Run(item));
        string first = File.ReadAllText(_run.Folder["m.rsp"]);
        Assert.Contains(_run.Folder["images/cat/a.png"], File.ReadAllLines(_run.Folder["inputs.list"]));
        _run.Folder.Write("images/cat/a.png", "2");
        Assert.True(_run.Run(item));
        Assert.NotEqual(first, File.ReadAllText(_run.Folder["m.rsp"]));
        Assert.False(_run.Run(_run.Item(("Labels", "images"))));
        Assert.Contains("is a folder", Assert.Single(_run.Engine.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_of_one_class_are_error_CIM1002()
    {
        Assert.False(_run.Run(_run.Item(("ClassName", "Net")), _run.Item(("ClassName", "Net"))));
        Assert.Equal("CIM1002", Assert.Single(_run.Engine.Errors).Code);
        _run.Engine.Errors.Clear();
        Assert.True(_run.Run(_run.Item(("ClassName", "Net")), _run.Item(("ClassName", "Net"), ("Namespace", "Other"))));
    }

    [Fact]
    public void The_options_file_keeps_its_time_until_something_changes()
    {
        _run.Folder.Write("d.npz", "data");
        ITaskItem item = _run.Item(("Calibration", "d.npz"), ("WeightBits", "4"));
        Assert.True(_run.Run(item));
        DateTime old = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(_run.Folder["m.rsp"], old);

        Assert.True(_run.Run(item));
        Assert.Equal(old, File.GetLastWriteTimeUtc(_run.Folder["m.rsp"]));

        // A touched file is the same file; another content is another, also with the old size and time.
        File.SetLastWriteTimeUtc(_run.Folder["d.npz"], old);
        Assert.True(_run.Run(item));
        Assert.Equal(old, File.GetLastWriteTimeUtc(_run.Folder["m.rsp"]));
        foreach (string name in new[] { "d.npz", "m.onnx" })
        {
            DateTime time = File.GetLastWriteTimeUtc(_run.Folder[name]);
            string text = File.ReadAllText(_run.Folder[name]);
            _run.Folder.Write(name, text[..^1] + "x");
            File.SetLastWriteTimeUtc(_run.Folder[name], time);
            Assert.True(_run.Run(item));
            Assert.NotEqual(old, File.GetLastWriteTimeUtc(_run.Folder["m.rsp"]));
            File.SetLastWriteTimeUtc(_run.Folder["m.rsp"], old);
        }
    }

    [Fact]
    public void A_changed_base_profile_or_table_changes_the_options_file()
    {
        _run.Folder.Write("child.cimhw.json", """{ "base": "parent.cimhw.json" }""");
        _run.Folder.Write("parent.cimhw.json", """{ "base": "isaac", "programmingError": { "model": "table", "table": "t.csv" } }""");
        _run.Folder.Write("t.csv", "1e-6,1e-7");
        ITaskItem item = _run.Item(("Hardware", "child.cimhw.json"));
        List<string> texts = [];
        foreach (string changed in new[] { "", "parent.cimhw.json", "t.csv" })
        {
            if (changed.Length > 0) File.AppendAllText(_run.Folder[changed], " ");
            Assert.True(_run.Run(item));
            texts.Add(File.ReadAllText(_run.Folder["m.rsp"]));
        }
        Assert.Equal(3, texts.Distinct().Count());
    }

    [Fact]
    public void Forced_the_options_file_is_new_and_the_compiled_model_stays()
    {
        ITaskItem item = _run.Item(("CompiledFile", _run.Folder["m.cim"]));
        _run.Folder.Write("m.cim", "compiled");
        Assert.True(_run.Run(item));
        DateTime old = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(_run.Folder["m.rsp"], old);
        CimOptions task = _run.Task([item]);
        task.ForceEvaluate = true;
        Assert.True(task.Execute());
        Assert.NotEqual(old, File.GetLastWriteTimeUtc(_run.Folder["m.rsp"]));
        Assert.True(File.Exists(_run.Folder["m.cim"]));
    }

    [Fact]
    public void The_options_file_is_the_compilers_response_file()
    {
        _run.Folder.Write("d e.npz", "data");
        Assert.True(_run.Run(_run.Item(("Calibration", "d e.npz"), ("Hardware", "isaac"), ("Mean", "0.5, 0.5"), ("ClassName", "Net"))));
        string[] lines = [.. File.ReadAllLines(_run.Folder["m.rsp"]).Where(l => !l.StartsWith('#'))];
        Assert.Equal(
            [$"\"{_run.Folder["m.onnx"]}\"", "--hardware \"isaac\"", $"--calibration \"{_run.Folder["d e.npz"]}\"", "--mean \"0.5, 0.5\"",
            "--search \"rl\"", "--budget-minutes \"2\"", $"--lock \"{_run.Folder["m.cim.lock.json"]}\""], lines);
    }

    [Fact]
    public void Precisions_are_searched_for_a_limited_time_unless_somebody_set_them()
    {
        _run.Folder.Write("d.npz", "data");
        Assert.Equal(["--search \"rl\"", "--budget-minutes \"2\""], Searched(("Calibration", "d.npz")));
        Assert.Equal(["--search \"exact\"", "--budget-minutes \"0.5\""],
            Searched(("Search", "exact"), ("SearchBudget", "0.5"), ("Calibration", "d.npz")));
        Assert.Empty(Searched(("Calibration", "d.npz"), ("WeightBits", "4")));
        Assert.Empty(Searched(("Calibration", "d.npz"), ("ActivationBits", "4")));
        Assert.Empty(Searched());
        Assert.Equal(["--search \"uniform\""], Searched(("Calibration", "d.npz"), ("Search", "uniform")));

        string[] Searched(params (string, string)[] metadata)
        {
            Assert.True(_run.Run(_run.Item(metadata)));
            return [.. File.ReadAllLines(_run.Folder["m.rsp"])
                .Where(l => l.StartsWith("--search", StringComparison.Ordinal) || l.StartsWith("--budget", StringComparison.Ordinal))];
        }
    }

    [Fact]
    public void Locked_mode_without_the_lock_file_is_error_CIM1008()
    {
        CimOptions task = _run.Task([_run.Item(("Lock", "m.cim.lock.json"))]);
        task.LockedMode = true;
        Assert.False(task.Execute());
        Assert.Equal("CIM1008", Assert.Single(_run.Engine.Errors).Code);
    }

    [Fact]
    public void A_package_without_its_compiler_is_error_CIM1004()
    {
        CimOptions task = _run.Task([_run.Item()]);
        task.ToolPath = _run.Folder["gone/cim.dll"];
        Assert.False(task.Execute());
        Assert.Equal("CIM1004", Assert.Single(_run.Engine.Errors).Code);
    }
}
