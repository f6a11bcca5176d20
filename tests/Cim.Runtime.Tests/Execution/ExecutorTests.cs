using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Execution;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Execution;

public sealed class ExecutorTests
{
    private const int ImageLength = 3 * 12 * 12, Scores = 10;

    [Fact]
    public void A_run_equals_its_steps_evaluated_one_by_one()
    {
        ModelProgram program = TestPrograms.Convolutional();
        using var model = new CimModel(TestPrograms.Compile(program));
        float[] images = TestPrograms.Samples(5, ImageLength), scores = new float[5 * Scores];
        model.Run(images, scores);
        Assert.Equal(StepByStep(program, Tensor.Create<float>(new Shape(5, 3, 12, 12), images)).Floats(), scores);
        Assert.True(scores.Distinct().Count() > 5);
    }

    [Fact]
    public void Results_do_not_depend_on_threads_or_on_the_batch_they_came_in()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional()));
        float[] images = TestPrograms.Samples(37, ImageLength), expected = new float[37 * Scores], actual = new float[37 * Scores];
        for (int i = 0; i < 37; i++)
            model.Run(images.AsSpan(i * ImageLength, ImageLength), expected.AsSpan(i * Scores, Scores), new RunOptions { MaxThreads = 1 });
        foreach (int threads in (int[])[0, 1, 2, 7])
        {
            Array.Clear(actual);
            model.Run(images, actual, new RunOptions { MaxThreads = threads });
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [InlineData(Fidelity.Adc)]
    [InlineData(Fidelity.Device)]
    [InlineData(Fidelity.Circuit)]
    public void The_noise_of_a_sample_depends_on_its_number_and_the_seed_only(Fidelity fidelity)
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional()) with { Hardware = TestPrograms.Noisy });
        float[] images = TestPrograms.Samples(8, ImageLength), expected = new float[8 * Scores], actual = new float[8 * Scores];
        for (int i = 1; i < 8; i++) images.AsSpan(0, ImageLength).CopyTo(images.AsSpan(i * ImageLength));
        var options = new RunOptions { Fidelity = fidelity, Seed = 3, MaxThreads = 1 };
        model.Run(images, expected, options);
        foreach (int threads in (int[])[2, 7])
        {
            model.Run(images, actual, options with { MaxThreads = threads });
            Assert.Equal(expected, actual);
        }

        model.Run(images.AsSpan(0, 5 * ImageLength), actual.AsSpan(0, 50), options);
        model.Run(images.AsSpan(5 * ImageLength), actual.AsSpan(50), options with { FirstSample = 5 });
        Assert.Equal(expected, actual);
        bool noisy = fidelity != Fidelity.Adc;
        Assert.Equal(noisy, !expected.AsSpan(0, Scores).SequenceEqual(expected.AsSpan(Scores, Scores)));
        model.Run(images, actual, options with { Seed = 4 });
        Assert.Equal(noisy, !expected.AsSpan().SequenceEqual(actual));
    }

    [Fact]
    public void Matrices_run_in_pieces_of_several_samples_with_the_same_results()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Matrices()));
        float[] left = TestPrograms.Samples(100, 20), right = TestPrograms.Samples(100, 16, seed: 6);
        float[][] expected = [new float[1600], new float[100]], actual = [new float[1600], new float[100]];
        for (int i = 0; i < 100; i++)
            model.Run([left.AsMemory(i * 20, 20), right.AsMemory(i * 16, 16)],
                [expected[0].AsMemory(i * 16, 16), expected[1].AsMemory(i, 1)], 1);
        foreach (int threads in (int[])[1, 2, 3, 7])
        {
            model.Run([left, right], [actual[0], actual[1]], 100, new RunOptions { MaxThreads = threads });
            Assert.Equal(expected[0], actual[0]);
            Assert.Equal(expected[1], actual[1]);
        }
    }

    [Fact]
    public void A_model_of_fixed_shape_runs_sample_by_sample()
    {
        ModelProgram program = TestPrograms.Convolutional(batch: 1);
        Assert.Equal(BatchMode.FixedShape, BatchRule.Decide(program));
        using var fixedShape = new CimModel(TestPrograms.Compile(program));
        using var symbolic = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional()));
        float[] images = TestPrograms.Samples(6, ImageLength), a = new float[60], b = new float[60];
        fixedShape.Run(images, a);
        symbolic.Run(images, b);
        Assert.Equal(b, a);
    }

    [Fact]
    public void A_model_that_mixes_images_runs_on_the_whole_batch()
    {
        ModelProgram program = TestPrograms.AcrossImages();
        Assert.Equal(BatchMode.Whole, BatchRule.Decide(program));
        using var model = new CimModel(TestPrograms.Compile(program));
        float[] y = new float[40];
        model.Run(TestPrograms.Samples(10, 4), y);
        for (int column = 0; column < 4; column++) Assert.Equal(1, Enumerable.Range(0, 10).Sum(i => y[(i * 4) + column]), 1e-5);
    }

    [Fact]
    public void Shapes_computed_from_the_input_are_known_when_a_batch_size_is()
    {
        ModelProgram program = TestPrograms.ComputedShape();
        Assert.Equal(BatchMode.PerImage, BatchRule.Decide(program));
        using var model = new CimModel(TestPrograms.Compile(program));
        float[] x = TestPrograms.Samples(9, 6), y = new float[54];
        model.Run(x, y);
        Assert.Equal([.. x.Select(v => -v)], y);
    }

    [Fact]
    public void After_the_first_runs_nothing_is_allocated()
    {
        foreach (ModelProgram program in (ModelProgram[])[
            TestPrograms.Convolutional(), TestPrograms.Convolutional(batch: 1), TestPrograms.ComputedShape(), TestPrograms.AcrossImages()])
        {
            using var model = new CimModel(TestPrograms.Compile(program));
            int length = model.Info.Inputs[0].SampleLength;
            float[] x = TestPrograms.Samples(4, length), y = new float[4 * model.Info.Outputs[0].SampleLength];
            foreach (int threads in (int[])[1, 2])
            {
                var options = new RunOptions { MaxThreads = threads };
                for (int i = 0; i < 40; i++) model.Run(x, y, options);
                long allocated = long.MaxValue;
                for (int round = 0; round < 3; round++)
                {
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int i = 0; i < 20; i++) model.Run(x, y, options);
                    allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
                }

                // With helpers the thread pool's own queue grows now and then, on a busy machine by kilobytes; that is not per run.
                Assert.True(threads == 1 ? allocated == 0 : allocated < 20 * 64, $"{allocated} bytes with {threads} threads");
            }
        }
    }

    [Fact]
    public async Task Many_threads_may_share_a_model()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional()));
        float[] images = TestPrograms.Samples(8, ImageLength), expected = new float[8 * Scores];
        model.Run(images, expected);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            float[] y = new float[8 * Scores];
            for (int i = 0; i < 30; i++)
            {
                Array.Clear(y);
                model.Run(images, y, new RunOptions { MaxThreads = t % 4 });
                Assert.Equal(expected, y);
            }
        })));
    }

    [Fact]
    public void An_error_in_a_helper_reaches_the_caller_and_the_model_works_on()
    {
        var b = new ProgramBuilder();
        int x = b.Input("index", ElementType.Int64, -1, 1);
        int y = b.Step("Gather", null, [b.Constant(Ops.Ramp(5)), x], ElementType.Float32, -1, 1);
        using var model = new CimModel(TestPrograms.Compile(b.Build(y)));
        float[] indices = new float[500], values = new float[500];
        for (int i = 0; i < 500; i++) indices[i] = i == 400 ? 7 : i % 5;
        var e = Assert.Throws<CimException>(() => model.Run(indices, values, new RunOptions { MaxThreads = 4 }));
        Assert.Equal(ErrorCodes.InvalidInputValue, e.Code);
        Assert.Contains("Sample 400 ", e.Message, StringComparison.Ordinal);
        Assert.Contains("index 7 is outside", e.Message, StringComparison.Ordinal);
        indices[400] = 2;
        model.Run(indices, values, new RunOptions { MaxThreads = 4 });
        Assert.Equal(indices, values);
    }

    [Fact]
    public void Cancellation_stops_between_samples()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional()));
        using var source = new CancellationTokenSource();
        source.Cancel();
        float[] images = TestPrograms.Samples(4, ImageLength), scores = new float[4 * Scores];
        Assert.Throws<OperationCanceledException>(() => model.Run(images, scores, cancellation: source.Token));
        Assert.All(scores, v => Assert.Equal(0, v));
        model.Run(images, scores);
    }

    [Fact]
    public void A_trace_holds_every_value_of_the_program()
    {
        ModelProgram program = TestPrograms.Convolutional();
        using var model = new CimModel(TestPrograms.Compile(program));
        float[] images = TestPrograms.Samples(3, ImageLength), scores = new float[3 * Scores];
        model.Run(images, scores);
        Dictionary<string, Tensor> trace = ProgramTrace.Run(
            program, TestPrograms.Isaac, [Tensor.Create<float>(new Shape(3, 3, 12, 12), images)], Fidelity.Exact, 0);
        Assert.Equal(program.Values.Count(v => v.Constant is null), trace.Count);
        Assert.Equal(scores, trace[program.Values[program.Outputs[0]].Name].Floats());
        Assert.Equal(images, trace["image"].Floats());
    }

    /// <summary>The program by its definition: operators one at a time on fresh memory, layers by the plain loops of
    /// <see cref="LayerCases"/>.</summary>
    private static Tensor StepByStep(ModelProgram program, Tensor input)
    {
        int images = input.Shape[0];
        var values = new Tensor?[program.Values.Length];
        for (int i = 0; i < values.Length; i++) values[i] = program.Values[i].Constant;
        values[program.Inputs[0]] = input;
        foreach (ProgramStep step in program.Steps)
        {
            Tensor?[] inputs = [.. step.Inputs.Select(i => i < 0 ? null : values[i])];
            if (step.Op != ProgramStep.CrossbarOp)
            {
                values[step.Outputs[0]] = DigitalEvaluator.Evaluate(step.Op, step.Attributes, inputs)[0];
                continue;
            }

            CrossbarLayer layer = program.Layers[(int)step.Attributes.Int("layer", -1)];
            byte[] x = inputs[0]!.Data.ToArray(), residual = inputs.Length > 1 ? inputs[1]!.Data.ToArray() : [];
            byte[] y = LayerCases.Finish(layer, LayerCases.Sums(layer, x, images), residual, images);
            values[step.Outputs[0]] = new Tensor(
                program.Values[step.Outputs[0]].Type, program.Values[step.Outputs[0]].Shape.Bind(images), y);
        }

        return values[program.Outputs[0]]!;
    }
}
