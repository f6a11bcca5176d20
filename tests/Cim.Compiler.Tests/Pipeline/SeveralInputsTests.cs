using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Tests.Shared;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Pipeline;

/// <summary>A network that reads an image, a vector and a word index compiles like one that reads an image.</summary>
public sealed class SeveralInputsTests : IDisposable
{
    private const int Samples = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly float[] _image = RandomNetworks.Samples(Samples, 3 * 6 * 6, 1), _vector = RandomNetworks.Samples(Samples, 5, 2);
    private readonly long[] _word = [.. Enumerable.Range(0, Samples).Select(i => (long)(i * 7 % 10))];

    public SeveralInputsTests() => _model = _folder.Write("net.onnx", Network());

    public void Dispose() => _folder.Dispose();

    private static byte[] Network()
    {
        ModelBuilder builder = new ModelBuilder(seed: 3)
            .Input("image", -1, 3, 6, 6).Input("vector", -1, 5)
            .Weight("w1", 4, 3, 3, 3).Weight("w2", 8, 5).Uniform("words", -1, 1, 10, 6).Weight("w3", 4, 30)
            .Node("conv", "Conv", "image w1", "c", ("pads", new[] { 1, 1, 1, 1 }), ("strides", new[] { 2, 2 })).Node("Relu", "c", "r")
            .Node("GlobalMaxPool", "r", "g").Node("Flatten", "g", "f")
            .Node("dense", "Gemm", "vector w2", "d", ("transB", 1)).Node("Tanh", "d", "t")
            .Node("Gather", "words word", "e", ("axis", 0)).Node("Flatten", "e", "ef")
            .Node("Concat", "f t ef ef ef", "all", ("axis", 1))
            .Node("head", "Gemm", "all w3", "y", ("transB", 1)).Output("y");
        builder.Model.Graph.Input.Add(ModelBuilder.Value("word", 7, -1, 1));
        return builder.Bytes;
    }

    private string Data(int words = Samples, string image = "image", long[]? labels = null) => _folder.Write("data.npz", DataFiles.Npz([
        (image, DataFiles.Npy("<f4", [Samples, 3, 6, 6], DataFiles.Floats(_image))),
        ("vector", DataFiles.Npy("<f4", [Samples, 5], DataFiles.Floats(_vector))),
        ("word", DataFiles.Npy("<i8", [words, 1], DataFiles.Longs(_word[..words]))),
        .. labels is null ? [] : new[] { ("y", DataFiles.Npy("<i8", [Samples], DataFiles.Longs(labels))) }]));

    private CompileOptions Options(string? data) => new() { ModelPath = _model, OutputPath = _folder.At("net.cim"), Calibration = data };

    /// <summary>The float network's own answers, computed from the three arrays without our data reader.</summary>
    private long[] Answers()
    {
        using var session = new OnnxSession(_model);
        using var feeds = new NamedValues
        {
            ["image"] = OnnxSession.Tensor(_image, [Samples, 3, 6, 6]), ["vector"] = OnnxSession.Tensor(_vector, [Samples, 5]),
            ["word"] = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(_word, [Samples, 1]),
        };
        using var y = session.Run(feeds, ["y"]);
        return [.. Enumerable.Range(0, Samples).Select(i => (long)Accuracy.ArgMax(y[0].GetTensorDataAsSpan<float>().Slice(i * 4, 4)))];
    }

    [Fact]
    public void Accuracy_is_that_of_the_float_network()
    {
        string data = Data(labels: Answers());
        CompileResult result = CompilePipeline.Compile(Options(data) with { Evaluation = data });
        Assert.Equal(Samples, result.AccuracyFloat!.Correct);
        Assert.InRange(result.AccuracyCompiled!.Correct, Samples - 3, Samples);
        Assert.Equal(["conv", "dense", "head"], result.Report.Layers.Select(l => l.Name));
        Assert.All(result.Report.Layers, l => Assert.InRange(l.Cosine!.Value, 0.99, 1.000001));
    }

    [Fact]
    public void The_compiled_model_reads_the_same_file()
    {
        string data = Data(labels: Answers());
        CompilePipeline.Compile(Options(data));
        using CimModel model = CimModel.Load(_folder.At("net.cim"));
        Assert.Equal(["image", "vector", "word"], model.Info.Inputs.Select(i => i.Name));
        var evaluator = new CompiledEvaluator(model);
        Accuracy all = evaluator.Evaluate(
            DataSet.Open(data, evaluator.Input.Ports, Preprocessing.None), Cim.Runtime.RunOptions.Default, 0, null, default);
        Assert.InRange(all.Correct, Samples - 3, Samples);
    }

    [Fact]
    public void Scaling_leaves_integers_alone()
    {
        GraphInput input = GraphInput.Of(RandomNetworks.Import(Network()));
        DataBatch batch = DataSet.Open(Data(), input.Ports, Preprocessing.Parse("2", null, null)).Batches(Samples).Single();
        SampleRun run = input.Split(0, Samples, batch.Values);
        Assert.Equal(_image.Select(v => 2 * v), run.Values[0].ToArray());
        Assert.Equal(_vector.Select(v => 2 * v), run.Values[1].ToArray());
        Assert.Equal(_word.Select(v => (float)v), run.Values[2].ToArray());
    }

    [Fact]
    public void Without_data_it_compiles_with_a_warning()
    {
        CompileResult result = CompilePipeline.Compile(Options(null));
        Assert.Contains(result.Warnings, w => w.Code == ErrorCodes.NoCalibrationData);
        Assert.True(File.Exists(_folder.At("net.cim")));
    }

    [Fact]
    public void A_missing_array_is_named_with_those_that_are_there()
    {
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(Options(Data(image: "picture"))));
        Assert.Equal(ErrorCodes.InvalidData, e.Code);
        Assert.Contains("'image'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'picture', 'vector', 'word'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_of_different_lengths_are_an_error()
    {
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(Options(Data(words: 60))));
        Assert.Equal("There are 64 samples of 'image' but 60 of 'word'; give one of each input per sample.", e.Message);
    }

    [Fact]
    public void A_file_with_one_array_is_refused()
    {
        string data = _folder.Write("one.npy", DataFiles.Npy("<f4", [Samples, 3, 6, 6], DataFiles.Floats(_image)));
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Compile(Options(data)));
        Assert.Contains("numpy.savez(file, image=..., vector=..., word=...)", e.Message, StringComparison.Ordinal);
    }
}
