using System.Collections.Immutable;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Variation;

/// <summary>Variation-aware quantization, compiled from file to file.</summary>
public sealed class VariationAwareCompilationTests : IDisposable
{
    private readonly ChainCompilation _net = new();

    public void Dispose() => _net.Dispose();

    [Theory]
    [InlineData("uniform")]
    [InlineData("random")]
    public void Variation_aware_quantization_reports_what_it_chose_and_goes_with_a_search(string search)
    {
        string hardware = _net.Folder.Write("wan.cimhw.json", """
            {
              "base": "isaac", "name": "wan", "gOn": 4e-5, "gOff": 1e-6, "encoding": "differential",
              "programmingError": { "model": "wan2022" }
            }
            """u8.ToArray());
        CompileOptions options = _net.Options() with
        {
            Hardware = hardware, VariationAware = true, Search = search, SearchEvaluations = 3,
            MaxAccuracyLoss = search == "uniform" ? null : 100,
            LockPath = _net.Folder.At("net.lock"), ReportDirectory = _net.Folder.At("report"),
        };
        CompileResult result = CompilePipeline.Compile(options);
        Assert.Equal(result.Policy.Layers.Select(l => l.Name), result.Alignment.Select(a => a.Name));
        Assert.All(result.Policy.Layers, l => Assert.NotNull(l.Layout));
        Assert.True(result.Cost.EnergyPj < result.Baseline.EnergyPj);
        Assert.Contains("Output codes and variation", File.ReadAllText(_net.Folder.At("report/report.html")), StringComparison.Ordinal);

        // The lock holds the cells too: the same model comes out without choosing again.
        byte[] first = File.ReadAllBytes(options.OutputPath!);
        CompileResult again = CompilePipeline.Compile(options);
        Assert.Empty(again.Alignment);
        Assert.Equal(first, File.ReadAllBytes(options.OutputPath!));

        // The output codes of the compiled network are correct about as often as was predicted.
        using CimModel model = CimModel.Load(options.OutputPath!);
        var evaluator = new CompiledEvaluator(model);
        DataSet data = DataSet.Open(_net.Data, evaluator.Input.Ports, Preprocessing.None);
        ImmutableArray<LayerOutputCodes> codes = LayerOutputCodes.Mean([.. Enumerable.Range(0, 5).Select(chip =>
            OutputCodes.Measure(model.Compiled, evaluator.Input, data, new RunOptions { Fidelity = Fidelity.Device, Seed = (ulong)chip },
                ChainCompilation.Samples, default))]);
        foreach (LayerOutputCodes layer in codes)
        {
            double predicted = 1 - result.Alignment.First(a => a.Name == layer.Name).Errors.Wrong;
            Assert.InRange(layer.Equal, predicted - 0.1, 1);
        }
    }
}
