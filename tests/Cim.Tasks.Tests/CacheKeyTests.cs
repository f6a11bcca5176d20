using Cim.Onnx.Proto;
using Cim.Tasks.Files;
using Cim.Tasks.Inputs;
using Cim.Tasks.Options;
using Google.Protobuf;

namespace Cim.Tasks.Tests;

public sealed class CacheKeyTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equal_inputs_give_one_key_wherever_they_lie_and_whatever_their_times()
    {
        string first = Key("a");
        File.SetLastWriteTimeUtc(_folder["a/m.onnx"], DateTime.UnixEpoch);
        Assert.Equal(first, Key("a"));
        Assert.Equal(first, Key("b"));
        Assert.Matches("^[0-9a-f]{64}$", first);
    }

    [Fact]
    public void Every_input_changes_the_key()
    {
        string[] keys =
        [
            Key("a"),
            Key("b", model: "other"),
            Key("c", calibration: "other"),
            Key("d", evaluation: "other"),
            Key("e", hardware: "other"),
            Key("f", external: "other"),
            Key("g", weightBits: "5"),
            Key("h", seed: "2"),
            Key("i", tool: "0.2.0 x"),
            Key("j", labels: "labels"),
            Key("k", locked: "lock"),
            Key("l", training: "t"),
            Key("m", training: "t", epochs: "9"),
            Key("n", parent: "other"),
            Key("o", table: "other"),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void A_change_of_equal_size_and_time_changes_the_key()
    {
        string first = Key("a"), time = _folder["a/parent.cimhw.json"];
        DateTime before = File.GetLastWriteTimeUtc(time);
        string second = Key("a", parent: "q");
        File.SetLastWriteTimeUtc(time, before);
        Assert.NotEqual(first, second);
        Assert.Equal(second, Key("a", parent: "q"));
    }

    private string Key(string at, string model = "m", string calibration = "c", string evaluation = "e", string hardware = "h",
        string external = "x", string weightBits = "4", string seed = "1", string tool = "0.1.0 x", string? labels = null,
        string? locked = null, string? training = null, string epochs = "3",
        string parent = "p", string table = "t")
    {
        _folder.Write($"{at}/m.onnx", Model(model));
        _folder.Write($"{at}/train-images-idx3-ubyte", calibration);
        _folder.Write($"{at}/e.npz", evaluation);
        _folder.Write($"{at}/h.cimhw.json", $$"""{ "name": "{{hardware}}", "base": "parent.cimhw.json" }""");
        // A base that is named with an escape, and a table that only the base names.
        _folder.Write($"{at}/parent.cimhw.json", $$"""
            { "name": "{{parent}}", "base": "isaac", "programmingError": { "table": "tables\u002ferrors.csv" } }
            """);
        _folder.Write($"{at}/tables/errors.csv", table);
        _folder.Write($"{at}/w.bin", external);
        if (labels is not null) _folder.Write($"{at}/train-labels-idx1-ubyte", labels);
        if (locked is not null) _folder.Write($"{at}/m.lock.json", locked);
        if (training is not null) _folder.Write($"{at}/t.npz", training);
        ResolvedOptions options = ResolvedOptions.From(
            Engine.Item(
                _folder[$"{at}/m.onnx"], ("Calibration", "train-images-idx3-ubyte"), ("Evaluation", "e.npz"), ("Hardware", "h.cimhw.json"),
                ("WeightBits", weightBits), ("Seed", seed), ("ClassName", "Net" + at), ("Lock", "m.lock.json"),
                ("Training", "t.npz"), ("Epochs", epochs)),
            _folder[at], problem => Assert.Fail(problem));
        return InputState.Of(options, new FileHashes(_folder["none"])).Key(tool);
    }

    /// <summary>A model with a name and weights in <c>w.bin</c>.</summary>
    private static byte[] Model(string name)
    {
        TensorProto weights = new() { Name = "w", DataLocation = TensorProto.Types.DataLocation.External };
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "w.bin" });
        return new ModelProto
        {
            Graph = new GraphProto { Name = name, Initializer = { weights }, Output = { new ValueInfoProto { Name = "y" } } },
        }.ToByteArray();
    }
}
