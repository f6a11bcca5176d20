using Cim.Onnx.Building;
using Cim.Runtime;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Recipes;
using Xunit;

namespace Cim.Training.Tests.Recipes;

public sealed class RecipeTests
{
    private const string Minimal =
        """{ "network": { "input": [1, 8, 8], "layers": ["conv 4 3x3", "relu", "linear 3"] }, """
        + """ "data": { "train": "a.npz" }, "output": "b.onnx" }""";

    [Fact]
    public void Defaults_and_relative_paths()
    {
        TrainingRecipe recipe = Read(Minimal, out string folder);
        Assert.Equal(Path.Combine(folder, "a.npz"), recipe.Data.Train);
        Assert.Equal(Path.Combine(folder, "b.onnx"), recipe.Output);
        Assert.Equal(0.9, RecipeOptions.Training(recipe).Optimizer.Momentum);
        TrainableNetwork network = RecipeNetwork.Create(recipe);
        Assert.Equal([1, 8, 8], network.SampleShape);
        Assert.Equal(4, network.Parameters.Count);
        Assert.Contains(network["layer1.weight"].Values, value => value != 0);
    }

    [Theory]
    [InlineData("\"output\"", "\"outputt\"", "outputt")]
    [InlineData("\"conv 4 3x3\"", "\"konv 4 3x3\"", "konv")]
    [InlineData("\"conv 4 3x3\"", "\"conv 4\"", "kernel size")]
    [InlineData("\"conv 4 3x3\"", "\"conv 4 9x9\"", "leaves nothing")]
    [InlineData("\"data\"", "\"training\": { \"epochs\": -1 }, \"data\"", "training.epochs")]
    [InlineData("\"data\"", "\"quantization\": { \"weightBits\": 9 }, \"data\"", "quantization.weightBits")]
    [InlineData("\"data\"", "\"quantization\": { \"weightBits\": 3, \"from\": [4, 2] }, \"data\"", "quantization.from")]
    [InlineData("\"input\": [1, 8, 8], ", "", "network")]
    [InlineData("{ \"train\": \"a.npz\" }", "null", "'data' is null")]
    [InlineData("\"train\": \"a.npz\"", "\"train\": 5", "'data.train' must be a text")]
    [InlineData("\"train\": \"a.npz\"", "\"train\": \"\"", "'data.train' must name a file")]
    [InlineData("\"train\": \"a.npz\"", "\"test\": \"a.npz\"", "'data.train' is missing")]
    [InlineData("\"data\"", "\"training\": { \"mixup\": 1e999 }, \"data\"", "training.mixup")]
    [InlineData("\"data\"", "\"training\": { \"mixup\": 1e30 }, \"data\"", "training.mixup")]
    [InlineData("\"data\"", "\"training\": { \"epochs\": 2.5 }, \"data\"", "'training.epochs' must be a whole number")]
    [InlineData("\"data\"", "\"training\": { \"epochs\": \"two\" }, \"data\"", "'training.epochs' must be a whole number")]
    [InlineData(
        "\"data\"", "\"training\": { \"lerningRate\": 1 }, \"data\"", "'training.lerningRate' does not exist; 'training' has epochs")]
    [InlineData("\"data\"", "\"training\": { \"seed\": 1, \"seed\": 2 }, \"data\"", "'training.seed' stands there twice")]
    [InlineData("\"data\"", "\"quantization\": { \"weightBits\": 3, \"from\": [null] }, \"data\"", "'quantization.from[0]' is null")]
    [InlineData("\"conv 4 3x3\"", "\"conv 99999999999 3x3\"", "number of outputs")]
    [InlineData("\"conv 4 3x3\"", "\"linear 1048576\", \"linear 1048576\"", "weights")]
    [InlineData("[1, 8, 8]", "[1, 0, 8]", "network.input")]
    [InlineData("[1, 8, 8]", "[]", "network.input")]
    public void Mistakes_name_the_field(string find, string replace, string named)
    {
        CimException error = Assert.Throws<CimException>(() =>
            RecipeNetwork.Create(Read(Minimal.Replace(find, replace, StringComparison.Ordinal), out _)));
        Assert.Equal(ErrorCodes.InvalidRecipe, error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_recipe_leaves_out_has_its_default()
    {
        TrainingRecipe bare = Read(Minimal, out _), empty = Read(Minimal.Replace("\"data\"",
            "\"training\": {}, \"quantization\": { \"noise\": {} }, \"pruning\": {}, \"data\"", StringComparison.Ordinal), out _);
        Assert.Equal(new ScheduleRecipe(), bare.Training);
        Assert.Equal(new ScheduleRecipe(), empty.Training);
        Assert.Equal(new QuantizationRecipe { Noise = new NoiseRecipe() }, empty.Quantization);
        Assert.Equal(new PruningRecipe(), empty.Pruning);
        Assert.Equal(new DataRecipe { Train = bare.Data.Train }, bare.Data);
        Assert.Null(bare.Quantization);
    }

    [Fact]
    public void Whole_numbers_may_have_a_point_and_text_a_byte_order_mark()
    {
        TrainingRecipe recipe = Read("\uFEFF"
            + Minimal.Replace("\"data\"", "\"training\": { \"epochs\": 64.0, \"seed\": 3.0 }, \"data\"", StringComparison.Ordinal), out _);
        Assert.Equal((64, 3), (recipe.Training.Epochs, recipe.Training.Seed));
    }

    [Fact]
    public void Text_of_another_encoding_is_an_error_with_its_line()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("recipe").FullName, "r.json");
        File.WriteAllBytes(path, [.. "{\n \"output\": \""u8, 0xE4, .. "\" }"u8]);
        CimException error = Assert.Throws<CimException>(() => RecipeReader.Read(path));
        Assert.Equal((ErrorCodes.InvalidRecipe, 2, 13), (error.Code, error.Line, error.Column));
        Assert.Contains("UTF-8", error.Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void A_trained_network_survives_the_file()
    {
        TrainableNetwork network = SmallNetworks.Convolutional(1);
        TrainableNetwork again = TrainableNetwork.FromOnnx(network.ToOnnx());
        Assert.Equal(network.Parameters.Select(p => p.Name), again.Parameters.Select(p => p.Name));
        Assert.Equal(network["layer1.weight"].Values, again["layer1.weight"].Values);
        Assert.Equal(network.Controls.Count, again.Controls.Count);

        // Typed classes are generated from the shapes in the file.
        Assert.Equal(["N", "4"], again.ToOnnx().Graph.Output[
            0].Type.TensorType.Shape.Dim.Select(dim => dim.DimParam.Length > 0 ? dim.DimParam : $"{dim.DimValue}"));
    }

    private static TrainingRecipe Read(string json, out string folder)
    {
        folder = Directory.CreateTempSubdirectory("recipe").FullName;
        try
        {
            string path = Path.Combine(folder, "recipe.json");
            File.WriteAllText(path, json);
            return RecipeReader.Read(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
