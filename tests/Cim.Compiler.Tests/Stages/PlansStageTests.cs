using System.Collections.Immutable;
using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Plans;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Model;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

/// <summary>One network compiled for several sizes: each plan is what a compilation of its size alone is, on shared arrays.</summary>
public sealed class PlansStageTests : IDisposable
{
    private const string Sequences = "sequence=6|12|24";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private CompileResult Compile(byte[] model, string dims, string? calibration, Func<CompileOptions, CompileOptions>? change = null)
    {
        CompileOptions options = SizedNetworks.Options(_folder, model, dims, calibration);
        return CompilePipeline.Compile(change?.Invoke(options) ?? options);
    }

    private string Sequence(int length) => SizedNetworks.Samples(_folder, length, 16, length, 8);

    private static float[] Run(CimModel model, int count, int length)
    {
        float[] x = RandomNetworks.Samples(count, length, 99);
        float[] y = new float[count * model.Info.Plans.Single(p => p.Inputs[0].SampleLength == length).Outputs[0].SampleLength];
        model.Run(x, y, count);
        return y;
    }

    [Theory]
    [InlineData(6)]
    [InlineData(12)]
    [InlineData(24)]
    public void The_plan_of_the_samples_size_is_the_compilation_of_that_size_alone(int length)
    {
        CompileResult several = Compile(SizedNetworks.Attention(), Sequences, Sequence(length));
        using CimModel model = CimModel.Load(_folder.At("net.cim"));
        Assert.Equal([6, 12, 24], model.Info.Plans.Select(p => p.Inputs[0].Shape[1]));
        Assert.Equal($"sequence={length}", model.Info.Plans[model.Info.CalibratedPlan].Dims);
        Assert.Equal(several.Cost.LatencyNs, model.Info.Plans[model.Info.CalibratedPlan].Cost.LatencyNs);
        Assert.True(model.Info.Plans[0].Cost.LatencyNs < model.Info.Plans[2].Cost.LatencyNs);
        Assert.Single(model.Info.Plans.Select(p => p.Cost.Arrays).Distinct());

        CompileResult alone = Compile(SizedNetworks.Attention(), "sequence=1|2", Sequence(length), options => options with
        {
            OutputPath = _folder.At("alone.cim"),
            Import = ImportOptions.Default with { Dimensions = ImmutableDictionary<string, int>.Empty.Add("sequence", length) },
        });
        Assert.Empty(alone.Model.Info.Plans);
        using CimModel single = CimModel.Load(_folder.At("alone.cim"));
        float[] x = RandomNetworks.Samples(3, length * 8, 99), y = new float[3 * length * 3];
        single.Run(x, y, 3);
        Assert.Equal(y, Run(model, 3, length * 8));
    }

    /// <summary>The other plans against ONNX Runtime: the quantized network at their size, exported.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_other_plan_equals_the_exported_network_of_its_size(bool images)
    {
        string dims = images ? "height=8|8|12;width=8|16|12" : Sequences;
        int[][] shapes = images ? [[2, 8, 8], [2, 8, 16], [2, 12, 12]] : [[6, 8], [12, 8], [24, 8]];
        byte[] network = images ? SizedNetworks.Images() : SizedNetworks.Attention();
        string samples = SizedNetworks.Samples(_folder, 1, 16, shapes[1]);
        CompileOptions options = SizedNetworks.Options(_folder, network, dims, samples);
        CompileState state = new StageRunner(new CompileContext(options, null, null, default)).Run(
            new CompileState(), CompileStages.Compile());
        using CimModel model = CimModel.Load(_folder.At("net.cim"));
        for (int plan = 0; plan < 3; plan++)
        {
            Graph imported = OnnxImporter.Import(network, null, options.Import with { Plan = plan });
            var rebinding = new PlanRebinding(state.Imported!, imported);
            Assert.Null(rebinding.Difference());
            QdqModel.Save(rebinding.Rebind(state.Quantized.Quantized, out _)!, _folder.At("sized.onnx"));
            int length = shapes[plan].Aggregate(1, (a, b) => a * b);
            using var session = new OnnxSession(_folder.At("sized.onnx"));
            using var feeds = new NamedValues
            {
                ["x"] = OnnxSession.Tensor(RandomNetworks.Samples(3, length, 99), [3, .. shapes[plan].Select(d => (long)d)]),
            };
            using var y = session.Run(feeds, [.. session.Outputs]);
            float[] wanted = OnnxSession.Floats(y[0]).ToArray(), actual = Run(model, 3, length);
            double largest = wanted.Max(Math.Abs);
            // A value on the border between two codes may fall on either side where sums of floats differ in their last bits.
            Assert.True(wanted.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() <= 0.02 * largest);
        }
    }

    [Fact]
    public void Weights_are_stored_once()
    {
        Compile(SizedNetworks.Images(), "height=8|16|32;width=8", SizedNetworks.Samples(_folder, 1, 16, 2, 8, 8));
        CompiledModel model = Cim.Runtime.Format.ModelReader.Read(File.ReadAllBytes(_folder.At("net.cim")));
        Assert.Equal(2, model.OtherPrograms.Length);
        foreach (Cim.Runtime.Program.ModelProgram other in model.OtherPrograms)
            for (int i = 0; i < other.Layers.Length; i++)
                Assert.Same(model.Program.Layers[i].Weights, other.Layers[i].Weights);
        long plan = model.OtherPrograms.Sum(p => p.Steps.Length) * 400L;
        byte[] alone = Cim.Runtime.Format.ModelWriter.ToBytes(model.Only(0));
        Assert.InRange(new FileInfo(_folder.At("net.cim")).Length, alone.Length, alone.Length + (3 * plan));
    }

    [Fact]
    public void Without_samples_the_first_size_counts() => Assert.Equal(
        0, Compile(SizedNetworks.Attention(), Sequences, calibration: null).Model.Info.CalibratedPlan);

    [Fact]
    public void Samples_that_fit_no_size_are_an_error_that_lists_them()
    {
        string samples = SizedNetworks.Samples(_folder, 1, 8, 7, 8);
        var e = Assert.Throws<CimException>(() => Compile(SizedNetworks.Attention(), Sequences, samples));
        Assert.Equal(ErrorCodes.InvalidData, e.Code);
        Assert.Contains("fit none of the sizes of --dims sequence=6|12|24", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_the_network_cannot_have_is_an_error_before_the_long_work()
    {
        var e = Assert.Throws<CimException>(() => Compile(SizedNetworks.Attention(), "sequence=6|25", Sequence(6)));
        Assert.Equal(ErrorCodes.PlanNotPossible, e.Code);
        Assert.Contains("cannot have the size sequence=25 beside sequence=6", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<CimException>(() =>
            Compile(SizedNetworks.Flattened(), "height=2|3", SizedNetworks.Samples(_folder, 1, 8, 1, 2, 4)));
        Assert.Equal(ErrorCodes.PlanNotPossible, e.Code);
    }

    [Fact]
    public void A_locked_network_gives_the_same_plans_again()
    {
        CompileOptions options = SizedNetworks.Options(_folder, SizedNetworks.Attention(), Sequences, Sequence(12)) with
        {
            LockPath = _folder.At("net.cimlock.json"),
        };
        CompilePipeline.Compile(options);
        byte[] first = File.ReadAllBytes(options.OutputPath!);
        CompilePipeline.Compile(options with { Locked = true });
        Assert.Equal(first, File.ReadAllBytes(options.OutputPath!));
        CompileOptions other = options with { Import = options.Import with { Sizes = PlanSizes.Parse(["sequence=6|12"]) } };
        Assert.Equal(ErrorCodes.LockMismatch, Assert.Throws<CimException>(() => CompilePipeline.Compile(other)).Code);
    }
}
