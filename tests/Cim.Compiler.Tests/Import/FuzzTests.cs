using Cim.Compiler.Import;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Import;

/// <summary>
/// Damaged files: truncated, with flipped bits, wrong shapes, cycles, huge dimensions, made deterministically from small
/// models. Each gives a graph or an error with a code; never a crash, a hang, or more than 2 GB.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    /// <summary>More of them by hand: <c>CIM_FUZZ_FILES=20000 dotnet test ... --filter Fuzz</c>.</summary>
    private static readonly int _files = int.TryParse(Environment.GetEnvironmentVariable("CIM_FUZZ_FILES"), out int n) ? n : 200;

    [Fact]
    public void Two_hundred_damaged_files_give_a_graph_or_an_error_with_its_code()
    {
        List<byte[]> originals = [.. Originals()];
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var unforeseen = new List<string>();
        long largest = 0;
        for (int seed = 0; seed < _files; seed++)
        {
            byte[] damaged = Mutation.Apply(originals[seed % originals.Count], seed);
            // Everything the importer allocates for a file bounds what it holds at once; other tests share the process's peak.
            long before = GC.GetAllocatedBytesForCurrentThread();
            string outcome = Import(damaged, seed, unforeseen);
            largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - before);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        foreach ((string outcome, int count) in outcomes) output.WriteLine($"{outcome}: {count}");
        foreach (string text in unforeseen) output.WriteLine(text);
        Assert.True(unforeseen.Count == 0, string.Join("\n", unforeseen));
        Assert.True(outcomes.Where(o => o.Key != "done").Sum(o => o.Value) > _files / 2, "most damage should be noticed");
        Assert.True(largest < 2L << 30, $"one file took {largest >> 20} MiB");
    }

    /// <summary>What the importer lets pass must not trip anything behind it: quantization, mapping, ONNX Runtime, the simulator.</summary>
    [Fact]
    public void Two_hundred_damaged_files_compile_or_give_an_error_with_its_code()
    {
        using var folder = new TemporaryFolder();
        List<byte[]> originals = [.. Originals()];
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var unforeseen = new List<string>();
        var time = System.Diagnostics.Stopwatch.StartNew();
        for (int seed = 0; seed < _files; seed++)
        {
            string model = folder.Write("damaged.onnx", Mutation.Apply(originals[seed % originals.Count], seed)),
                output = folder.At("damaged.cim");
            // A hang would stop here and name its file.
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            string outcome = Outcome(seed, unforeseen,
                () => CompilePipeline.Compile(new CompileOptions { ModelPath = model, OutputPath = output }, cancellation: limit.Token));
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (outcome == "done") CimModel.Load(output).Dispose();
            else Assert.False(File.Exists(output), $"seed {seed} left a model");
            File.Delete(output);
        }

        output.WriteLine($"{time.Elapsed.TotalSeconds / _files:F2} s a file");
        foreach ((string outcome, int count) in outcomes) output.WriteLine($"{outcome}: {count}");
        Assert.True(unforeseen.Count == 0, string.Join("\n", unforeseen));
    }

    private static string Import(byte[] bytes, int seed, List<string> unforeseen) =>
        Outcome(seed, unforeseen, () => OnnxImporter.Import(bytes, null));

    private static string Outcome(int seed, List<string> unforeseen, Action action)
    {
        try
        {
            action();
            return "done";
        }
        catch (CimException e)
        {
            Assert.Matches("^CIM[0-9]{4}$", e.Code);
            Assert.NotEmpty(e.Message);
            if (e.Message.StartsWith(OnnxImporter.UnexpectedPrefix, StringComparison.Ordinal)) unforeseen.Add($"seed {seed}: {e}");
            return e.Code;
        }
        catch (Exception e)
        {
            unforeseen.Add($"seed {seed}: {e}");
            return "crash";
        }
    }

    private static IEnumerable<byte[]> Originals()
    {
        yield return new ModelBuilder(13, 1).Input("x", -1, 3, 8, 8).Weight("w", 6, 3, 3, 3).Weight("v", 5, 96).Weight("c", 5)
            .Ints("flat", -1, 96)
            .Uniform("g", 1, 2, 6).Uniform("b", -1, 1, 6).Uniform("m", -1, 1, 6).Uniform("s", 1, 2, 6)
            .Node("Conv", "x w", "a", ("pads", new[] { 1, 1, 1, 1 })).Node("BatchNormalization", "a g b m s", "n").Node("Relu", "n", "r")
            .Node("MaxPool", "r", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })).Node("Reshape", "p flat", "f")
            .Node("Gemm", "f v c", "y", ("transB", 1)).Output("y").Bytes;
        yield return new ModelBuilder(11, 2).Input("x", 1, 6, 10).Weight("w", 8, 2, 3).Ints("pads", 0, 0, 1, 0, 0, 1).Weight("q", 10, 4)
            .Ints("starts", 0).Ints("ends", 3).Ints("axes", 1)
            .Node("Pad", "x pads", "p").Node("Conv", "p w", "a", ("group", 3), ("strides", new[] { 1 })).Node("Sigmoid", "a", "s")
                .Node("MatMul", "s q", "t")
            .Node("Softmax", "t", "u", ("axis", 2)).Node("Slice", "u starts ends axes", "y").Output("y").Bytes;
        yield return new ModelBuilder(17, 3).Input("x", -1, 4, 6).Ints("zero", 0).Ints("rest", 24).Ints("shape", 6, 2)
            .Node("Shape", "x", "s").Node("Gather", "s zero", "n", ("axis", 0))
            .Node("Concat", "n rest", "t", ("axis", 0)).Node("Reshape", "x t", "r").Node("ConstantOfShape", "shape", "k")
                .Node("Split", "r", "d e", ("axis", 1)).Node("Mul", "d e", "m")
            .Node("ReduceSum", "m", "y", ("keepdims", 1)).Node("Transpose", "k", "h").Node("Tile", "h shape", "unused").Output("y").Bytes;
        foreach (string name in (string[])["mnist-conv_model", "ds_cnn_fixed"])
            if (SharedData.File($"onnx/{name}.onnx") is { } path) yield return File.ReadAllBytes(path);
    }
}
