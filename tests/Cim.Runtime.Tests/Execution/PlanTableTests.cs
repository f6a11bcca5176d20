using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Format;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Execution;

/// <summary>A model with several plans: the lengths of a run's inputs choose one, and its layers lie on the same arrays.</summary>
public sealed class PlanTableTests
{
    private static ModelProgram At(int positions) => TestPrograms.Positions(positions);

    private static CompiledModel Compile(int positions) => TestPrograms.Compile(At(positions)) with { Hardware = TestPrograms.Noisy };

    private static CompiledModel Model(params int[] positions)
    {
        CompiledModel first = Compile(positions[0]);
        ImmutableArray<ModelProgram> others =
            [.. positions[1..].Select(p => At(p) with { Layers = [first.Program.Layers[0] with { PositionsPerImage = p }] })];
        return first with
        {
            OtherPrograms = others,
            Info = first.Info with
            {
                Plans =
                [
                    .. positions.Select(p => Compile(p).Info).Select((info, i) =>
                        new ModelPlan($"positions={positions[i]}", info.Inputs, info.Outputs, info.Cost)),
                ],
            },
        };
    }

    [Theory]
    [InlineData(Fidelity.Exact)]
    [InlineData(Fidelity.Device)]
    public void Each_plan_computes_what_a_model_of_its_size_does(Fidelity fidelity)
    {
        using CimModel model = CimModel.Load(ModelWriter.ToBytes(Model(2, 5, 9)));
        var options = new RunOptions { Fidelity = fidelity, Seed = 3 };
        foreach (int positions in (int[])[2, 5, 9])
        {
            using var alone = new CimModel(Compile(positions));
            float[] x = TestPrograms.Samples(3, alone.InputLength(0, 1));
            float[] wanted = new float[alone.OutputLength(0, 3)], actual = new float[wanted.Length];
            alone.Run(x, wanted, 3, options);
            model.Run(x, actual, 3, options);
            Assert.Equal(wanted, actual);
            model.Run([x], [actual], 3, options);
            Assert.Equal(wanted, actual);
        }
    }

    [Fact]
    public void A_length_of_no_plan_is_an_error_that_lists_all()
    {
        using var model = new CimModel(Model(2, 5));
        var e = Assert.Throws<CimException>(() => model.Run(new float[model.InputLength(0, 1) + 1], new float[8], 1));
        Assert.Equal(ErrorCodes.BufferMismatch, e.Code);
        Assert.Contains("(positions=2); ", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("(positions=5).", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_count_the_output_tells_one_large_sample_from_several_small_ones()
    {
        using var model = new CimModel(Model(2, 4));
        int small = model.InputLength(0, 1, 0), large = model.InputLength(0, 1, 1);
        Assert.Equal(2 * small, large);
        var e = Assert.Throws<CimException>(() => model.Run(new float[large], new float[model.OutputLength(0, 1, 1)]));
        Assert.Contains("are 2 samples of one plan of the model and 1 of another", e.Message, StringComparison.Ordinal);
        model.Run(new float[small], new float[model.OutputLength(0, 1, 0)]);
    }

    [Fact]
    public void A_file_of_several_plans_is_read_back_as_it_was()
    {
        byte[] bytes = ModelWriter.ToBytes(Model(2, 5, 9));
        CompiledModel read = ModelReader.Read(bytes);
        Assert.Equal(3, read.Plans);
        Assert.Equal(["positions=2", "positions=5", "positions=9"], read.Info.Plans.Select(p => p.Dims));
        Assert.Equal(bytes, ModelWriter.ToBytes(read));
        foreach (CrossbarLayer layer in read.OtherPrograms.SelectMany(p => p.Layers))
            Assert.Same(read.Program.Layers[0].Weights, layer.Weights);
    }

    [Fact]
    public void Plans_that_contradict_the_description_are_a_damaged_file()
    {
        CompiledModel model = Model(2, 5);
        foreach (ModelInfo info in (ModelInfo[])[
            model.Info with
            {
                Plans = [],
            }, model.Info with { CalibratedPlan = 2 }, model.Info with { Plans = [.. model.Info.Plans.Reverse()] }])
            Assert.Equal(ErrorCodes.InvalidCompiledModel,
                Assert.Throws<CimException>(() => ModelWriter.ToBytes(model with { Info = info })).Code);
    }
}
