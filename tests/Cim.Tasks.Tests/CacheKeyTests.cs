using Cim.Tasks.Cache;
using Cim.Tasks.Options;

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
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    private string Key(string at, string model = "m", string calibration = "c", string evaluation = "e", string hardware = "h",
        string external = "x", string weightBits = "4", string seed = "1", string tool = "0.1.0 x", string? labels = null, string? locked = null, string? training = null, string epochs = "3")
    {
        _folder.Write($"{at}/m.onnx", model);
        _folder.Write($"{at}/train-images-idx3-ubyte", calibration);
        _folder.Write($"{at}/e.npz", evaluation);
        _folder.Write($"{at}/h.cimhw.json", hardware);
        _folder.Write($"{at}/w.bin", external);
        if (labels is not null) _folder.Write($"{at}/train-labels-idx1-ubyte", labels);
        if (locked is not null) _folder.Write($"{at}/m.lock.json", locked);
        if (training is not null) _folder.Write($"{at}/t.npz", training);
        ResolvedOptions options = ResolvedOptions.From(
            Engine.Item(_folder[$"{at}/m.onnx"], ("Calibration", "train-images-idx3-ubyte"), ("Evaluation", "e.npz"), ("Hardware", "h.cimhw.json"),
                ("WeightBits", weightBits), ("Seed", seed), ("ClassName", "Net" + at), ("Lock", "m.lock.json"),
                ("Training", "t.npz"), ("Epochs", epochs)),
            _folder[at], problem => Assert.Fail(problem));
        return CacheKey.Of(options, [_folder[$"{at}/w.bin"]], tool);
    }
}
