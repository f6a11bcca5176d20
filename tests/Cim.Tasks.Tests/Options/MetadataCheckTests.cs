using Microsoft.Build.Framework;

namespace Cim.Tasks.Tests.Options;

/// <summary>Metadata that is impossible, misspelt or names a missing file is reported by name and value.</summary>
public sealed class MetadataCheckTests : IDisposable
{
    private readonly OptionsRun _run = new();

    public void Dispose() => _run.Dispose();

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
    [InlineData("Objective", "speed", "latency, throughput, energy, arrays or energy-delay")]
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
    [InlineData("EdgeBits", "ends", "from 2 to 8")]
    [InlineData("SearchBinary", "ends", "true or false")]
    [InlineData("VariationConfidence", "1", "between 0 and 1")]
    [InlineData("Fidelity", "perfect", "exact, adc, device or circuit")]
    public void Impossible_metadata_is_error_CIM1001_that_says_what_is_allowed(string name, string value, string allowed)
    {
        Assert.False(_run.Run(_run.Item((name, value))));
        BuildErrorEventArgs error = Assert.Single(_run.Engine.Errors);
        Assert.Equal("CIM1001", error.Code);
        Assert.Equal((_run.Folder["m.onnx"], 1, 1), (error.File, error.LineNumber, error.ColumnNumber));
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
    public void Possible_metadata_is_taken(string name, string value) => Assert.True(_run.Run(_run.Item((name, value))));

    [Theory]
    [InlineData("Calibration", "none.npz")]
    [InlineData("Evaluation", "none.npz")]
    [InlineData("Training", "none.npz")]
    [InlineData("Hardware", "mine.cimhw.json")]
    [InlineData("Hardware", "profiles/mine")]
    public void A_missing_file_is_error_CIM0001_with_its_full_path(string name, string value)
    {
        Assert.False(_run.Run(_run.Item((name, value))));
        BuildErrorEventArgs error = Assert.Single(_run.Engine.Errors);
        Assert.Equal("CIM0001", error.Code);
        Assert.Contains(_run.Folder[value], error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Labels", "a folder", "is a folder")]
    [InlineData("Calibration", "a pointer", "git lfs pull")]
    public void Files_that_are_none_are_named(string option, string kind, string expected)
    {
        if (kind == "a folder") Directory.CreateDirectory(_run.Folder["d.npz"]);
        else _run.Folder.Write("d.npz", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        Assert.False(_run.Run(_run.Item((option, "d.npz"))));
        BuildErrorEventArgs error = Assert.Single(_run.Engine.Errors);
        Assert.Equal("CIM0001", error.Code);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_wrong_is_told_at_once()
    {
        Assert.False(_run.Run(_run.Item(("WeightBits", "0"), ("Fidelity", "x"), ("Calibration", "none"))));
        Assert.Equal(["CIM1001", "CIM1001", "CIM0001"], _run.Engine.Errors.Select(e => e.Code));
    }

    [Theory]
    [InlineData("WeigthBits", "WeightBits")]
    [InlineData("Bits", "AdcBits")]
    [InlineData("CalibrationData", "Calibration")]
    [InlineData("Dimension", "Dims")]
    [InlineData("Sed", "Seed")]
    public void An_unknown_name_is_a_warning_with_the_nearest_known_one(string name, string nearest)
    {
        Assert.True(_run.Run(
            _run.Item((name, "4"), ("Link", "x"), ("Visible", "false"), ("CopyToOutputDirectory", "Never"), ("SubType", "Designer"),
            ("Pack", "false"), ("_Mine", "1"), ("weightbits", "8"))));
        BuildWarningEventArgs warning = Assert.Single(_run.Engine.Warnings);
        Assert.Equal(("CIM1003", _run.Folder["m.onnx"]), (warning.Code, warning.File));
        Assert.Contains($"'{name}'", warning.Message, StringComparison.Ordinal);
        Assert.Contains($"Did you mean '{nearest}'?", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_names_of_one_option_are_one_too_many()
    {
        Assert.False(_run.Run(_run.Item(("Merge", "0.3"), ("MergeWeights", "0.4"))));
        Assert.Contains("MergeWeights and Merge", Assert.Single(_run.Engine.Errors).Message, StringComparison.Ordinal);
    }
}
