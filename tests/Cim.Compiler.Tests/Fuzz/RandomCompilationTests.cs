using Cim.Compiler.Calibration;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Tests.Shared;
using CsCheck;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>Random networks with random options: a compilation ends in a model that runs, or in an error that is documented.</summary>
public sealed class RandomCompilationTests : IDisposable
{
    private const int DefaultCases = 60;

    private static readonly string[] _profiles = ["isaac", "puma", "nju-32", "cim-aq-2b", "neurosim-rram22"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly Gen<Choice> _cases = Gen.Select(
        Gen.Select(Gen.Int[0, RandomLayers.Kinds - 1], Gen.Int[0, int.MaxValue], Gen.Int[1, 8], Gen.Int[2, 8]),
        Gen.Select(Gen.OneOf("uniform", "uniform", "uniform", "rl", "exact", "random", "evolutionary"), Gen.OneOf("latency", "arrays"),
            Gen.OneOf<string?>(null, null, null, "0.4", "auto"), Gen.OneOf<string?>(null, null, null, "0.3", "auto")),
        Gen.Select(
            Gen.OneOf("auto", "nearest", "compensated", "learned"), Gen.Int[0, 3], Gen.OneOf(0, 1, 3, 24, 90), Gen.Bool, Gen.Int[0, 7]),
        Gen.Select(Gen.OneOf<string>(_profiles), Gen.Bool, Gen.Int[0, 3]),
        (network, search, samples, hardware) => new Choice(network.Item1, network.Item2)
        {
            WeightBits = network.Item3, ActivationBits = network.Item4, Search = search.Item1, Objective = search.Item2,
                Strips = search.Item3, Merge = search.Item4,
            Rounding = samples.Item1, Range = (RangeMethod)samples.Item2, Samples = samples.Item3, HasLabels = samples.Item4,
            Trains = samples.Item5 == 0, Evaluates = samples.Item5 is 1 or 2,
            Hardware = hardware.Item1, IsNoisy = hardware.Item2 && hardware.Item3 == 0, VariationAware = hardware.Item3 == 1,
        });

    [Fact]
    public void Every_random_compilation_gives_a_model_that_runs_or_a_documented_error()
    {
        // Every code of this class has a paragraph in docs/errors.md; another test holds that.
        HashSet<string> documented = [.. typeof(ErrorCodes).GetFields().Select(f => (string)f.GetValue(null)!)];
        var failures = new List<string>();
        int cases = FuzzSettings.Cases(DefaultCases), compiled = 0;
        foreach ((int number, Choice choice) in FuzzSettings.Of(_cases, cases))
        {
            try
            {
                Compile(choice, number);
                compiled++;
            }
            catch (CimException e) when (e.Code != ErrorCodes.Unexpected && documented.Contains(e.Code))
            {
                // What a person is told, and can look up.
            }
            catch (Exception e)
            {
                failures.Add($"case {number} {choice}: {e.GetType().Name} {e.Message} "
                    + $"{e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Cim.", StringComparison.Ordinal))}");
            }
        }

        Assert.True(compiled > cases / 3, $"only {compiled} of {cases} compiled");
        Assert.True(failures.Count == 0, $"{failures.Count} of {cases}, seed {FuzzSettings.Seed}:\n{string.Join('\n', failures)}");
    }

    private void Compile(Choice choice, int number)
    {
        string model = _folder.Write($"{number}.onnx", RandomLayers.Of(choice.Kind, choice.Seed));
        GraphInput input = GraphInput.Of(RandomNetworks.Import(File.ReadAllBytes(model)));
        string? data = choice.Samples == 0 ? null : Samples(choice, number, input);
        var options = new CompileOptions
        {
            ModelPath = model, OutputPath = _folder.At($"{number}.cim"), ExportQdqPath = _folder.At($"{number}.qdq.onnx"),
                Hardware = choice.IsNoisy ? Noisy() : choice.Hardware,
            Calibration = data, Evaluation = choice.Evaluates
                ? data
                : null, Training = choice.Trains ? data
                : null, Epochs = choice.Trains && data is not null ? 1
                : null,
            WeightBits = choice.WeightBits, ActivationBits = choice.ActivationBits, Search = choice.Search, SearchEvaluations = 3,
            Objective = choice.Objective,
            Strips = choice.Strips is { } s
                ? StripOptions.Parse(s, null, "strip")
                : null, Merge = choice.Merge is { } m ? ColumnSharingOptions.Parse(m, "auto")
                : null,
            Rounding = choice.Rounding, Range = choice.Range, VariationAware = choice.VariationAware,
        };
        CompileResult result = CompilePipeline.Compile(options);
        IsUsable(choice, options, input, result);
    }

    /// <summary>The files can be read by whom they are for, and give numbers; those of 8 bits are near the float network's.</summary>
    private static void IsUsable(Choice choice, CompileOptions options, GraphInput input, CompileResult result)
    {
        const int Samples = RandomLayers.FixedRowCount;
        int units = input.FixedBatch > 1 ? Samples / input.FixedBatch : Samples;
        float[] x = RandomNetworks.Samples(Samples, input.SampleElements, 77);
        using CimModel compiled = CimModel.Load(options.OutputPath!);
        float[] y = new float[compiled.Info.Outputs[0].SampleLength * units];
        compiled.Run([x], [y], units);
        Assert.All(y, v => Assert.True(float.IsFinite(v)));

        using (var others = new InferenceSession(options.ExportQdqPath!)) Assert.Equal(
            compiled.Info.Outputs[0].Name, others.OutputNames[0]);
        using var original = new OnnxSession(options.ModelPath);
        using var reference = original.Run(input.Split(0, Samples, x), ["y"]);
        float[] wanted = OnnxSession.Floats(reference[0]).ToArray();
        Assert.Equal(wanted.Length, y.Length);
        bool isWide = choice.Samples >= 24
            && result.Policy.Layers.All(l => l.IsEightBit)
            && !choice.Trains;
        if (!isWide || reference[0].GetTensorTypeAndShape().ElementDataType != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float)
            return;
        double error = Math.Sqrt(wanted.Zip(y, (a, b) => ((double)a - b) * ((double)a - b)).Sum()),
            size = Math.Sqrt(wanted.Sum(a => (double)a * a));
        Assert.True(error <= (0.25 * size) + 0.05, $"differs by {error:G3} of {size:G3}");
    }

    private string Samples(Choice choice, int number, GraphInput input)
    {
        float[] x = RandomNetworks.Samples(choice.Samples, input.SampleElements, (ulong)choice.Seed);
        byte[] values = DataFiles.Npy("<f4", [.. input.Ports[0].Dims(choice.Samples)], DataFiles.Floats(x));
        byte[] labels = DataFiles.Npy(
            "<i8", [choice.Samples], DataFiles.Longs([.. Enumerable.Range(0, choice.Samples).Select(i => (long)(i % 2))]));
        return _folder.Write($"{number}.npz", DataFiles.Npz(choice.HasLabels ? [("x", values), ("y", labels)] : [("x", values)]));
    }

    private string Noisy() => _folder.Write("noisy.cimhw.json", """
        { "base": "isaac", "name": "noisy", "gOn": 4e-5, "gOff": 1e-6, "encoding": "differential",
          "programmingError": { "model": "normal-proportional", "sigma": 0.03 } }
        """u8.ToArray());

    /// <summary>A case. Two numbers name the network.</summary>
    private sealed record Choice(int Kind, int Seed)
    {
        public int WeightBits { get; init; }

        public int ActivationBits { get; init; }

        public string Search { get; init; } = "";

        public string Objective { get; init; } = "";

        public string? Strips { get; init; }

        public string? Merge { get; init; }

        public string Rounding { get; init; } = "";

        public RangeMethod Range { get; init; }

        public int Samples { get; init; }

        public bool HasLabels { get; init; }

        public bool Trains { get; init; }

        public bool Evaluates { get; init; }

        public string Hardware { get; init; } = "";

        public bool IsNoisy { get; init; }

        public bool VariationAware { get; init; }
    }
}
