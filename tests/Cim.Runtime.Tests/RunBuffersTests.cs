using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests;

public sealed class RunBuffersTests
{
    private const int Count = 3, Left = 20, Right = 16;

    // Helpers from the thread pool would make its queue grow now and then.
    private static readonly RunOptions _oneThread = new() { MaxThreads = 1 };

    [Fact]
    public void Spans_of_several_inputs_and_outputs_give_what_lists_of_memory_give()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Matrices()));
        float[] left = TestPrograms.Samples(Count, Left), right = TestPrograms.Samples(Count, Right);
        float[] expected = new float[Count * Right], best = new float[Count];
        model.Run([left, right], [expected, best], Count);

        float[] sums = new float[Count * Right];
        long[] classes = new long[Count];
        Run(model, left, right, sums, classes);
        Assert.Equal(expected, sums);
        Assert.Equal(best, classes.Select(c => (float)c));
    }

    [Fact]
    public void Buffers_of_no_model_say_so()
    {
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() =>
        {
            RunBuffers buffers = default;
            buffers.Run();
        });
        Assert.Contains("new RunBuffers(model, count)", e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => default(RunBuffers).Input<float>(0, []));
        Assert.Throws<InvalidOperationException>(() => default(RunBuffers).Output<float>(0, []));
    }

    [Fact]
    public void A_run_of_several_inputs_and_outputs_allocates_nothing()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Matrices()));
        float[] left = TestPrograms.Samples(Count, Left), right = TestPrograms.Samples(Count, Right), sums = new float[Count * Right];
        long[] classes = new long[Count];
        for (int i = 0; i < 200; i++) Run(model, left, right, sums, classes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Run(model, left, right, sums, classes);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Many_threads_give_what_one_gives()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Matrices()));
        float[] left = TestPrograms.Samples(Count, Left), right = TestPrograms.Samples(Count, Right), expected = new float[Count * Right];
        Run(model, left, right, expected, new long[Count]);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            float[] sums = new float[Count * Right];
            long[] classes = new long[Count];
            for (int i = 0; i < 50; i++)
            {
                Array.Clear(sums);
                Run(model, left, right, sums, classes);
                if (!expected.AsSpan().SequenceEqual(sums)) Assert.Fail("A thread has other results.");
            }
        });
    }

    [Theory]
    [InlineData("0.003921568627450980392", "0", "1")]
    [InlineData("0.0039215686274509803", "0.485,0.456,0.406", "0.229,0.224,0.225")]
    [InlineData("1", "0", "1")]
    public void Raw_bytes_are_preprocessed_as_data_files_are(string scale, string mean, string std)
    {
        var preprocessing = new ModelPreprocessing { Scale = scale, Mean = mean, Std = std };
        CompiledModel compiled = TestPrograms.Compile(TestPrograms.Convolutional());
        using var model = new CimModel(compiled with { Info = compiled.Info with { Preprocessing = preprocessing } });
        byte[] pixels = new byte[Count * 3 * 12 * 12];
        new Random(3).NextBytes(pixels);
        float[] values = new float[pixels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int channel = i / 144 % 3;
            values[i] = (float)((pixels[i] * (At(scale) / At(std))) + (-At(mean) / At(std)));

            double At(string list) => double.Parse(
                list.Split(',') is { Length: 3 } three ? three[channel] : list, System.Globalization.CultureInfo.InvariantCulture);
        }

        float[] fromFloats = new float[Count * 10], fromBytes = new float[Count * 10];
        model.Run(values, fromFloats);
        scoped RunBuffers buffers = new(model, Count);
        buffers.Input<byte>(0, pixels);
        buffers.Output<float>(0, fromBytes);
        buffers.Run();
        Assert.Equal(fromFloats, fromBytes);
    }

    [Fact]
    public void Bytes_are_refused_where_no_axis_has_the_channels_of_the_preprocessing()
    {
        CompiledModel compiled = TestPrograms.Compile(TestPrograms.Convolutional());
        using var model = new CimModel(
            compiled with { Info = compiled.Info with { Preprocessing = new ModelPreprocessing { Mean = "1,2" } } });
        Assert.Contains("no axis of channels", Fails(() =>
        {
            scoped RunBuffers buffers = new(model, 1);
            buffers.Input<byte>(0, new byte[432]);
            buffers.Output<float>(0, new float[10]);
            buffers.Run();
        }), StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_and_truth_values_keep_their_type()
    {
        var b = new ProgramBuilder();
        int ids = b.Input("ids", ElementType.Int64, -1, 2), mask = b.Input("mask", ElementType.Bool, -1, 2);
        int no = b.Step("Not", null, [mask], ElementType.Bool, -1, 2);
        int sum = b.Step("Add", null, [ids, b.Constant(Ops.Longs(1))], ElementType.Int64, -1, 2);
        using var model = new CimModel(TestPrograms.Compile(b.Build(sum, no)));
        long[] sums = new long[2];
        bool[] nots = new bool[2];
        scoped RunBuffers buffers = new(model, 1);
        buffers.Input<long>(0, [1L << 60, -5]);
        buffers.Input<bool>(1, [true, false]);
        buffers.Output<long>(0, sums);
        buffers.Output<bool>(1, nots);
        buffers.Run();
        Assert.Equal([(1L << 60) + 1, -4], sums); // beyond what a float holds
        Assert.Equal([false, true], nots);
    }

    [Fact]
    public void A_span_that_is_missing_has_another_type_or_another_length_is_named()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Matrices()));
        Assert.Contains("Input 'right' has 0 values", Fails(() =>
        {
            scoped RunBuffers buffers = new(model, 1);
            buffers.Input<float>(0, new float[Left]);
            buffers.Run();
        }), StringComparison.Ordinal);
        Assert.Contains("'left' is Float32, and Int64 does not fit", Fails(() =>
        {
            scoped RunBuffers buffers = new(model, 1);
            buffers.Input<long>(0, new long[Left]);
        }), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_number_of_ports_up_to_the_limit_is_held()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Several(12, 4)));
        float[][] inputs = [.. model.Info.Inputs.Select(i => TestPrograms.Samples(2, i.SampleLength))];
        float[][] expected = [.. model.Info.Outputs.Select(o => new float[2 * o.SampleLength])];
        model.Run([.. inputs.Select(i => (ReadOnlyMemory<float>)i)], [.. expected.Select(o => (Memory<float>)o)], 2);
        float[][] outputs = [.. expected.Select(o => new float[o.Length])];
        scoped RunBuffers buffers = new(model, 2);
        for (int i = 0; i < inputs.Length; i++) buffers.Input<float>(i, inputs[i]);
        for (int i = 0; i < outputs.Length; i++) buffers.Output<float>(i, outputs[i]);
        buffers.Run();
        Assert.Equal(expected, outputs);
    }

    private static void Run(CimModel model, float[] left, float[] right, float[] sums, long[] classes)
    {
        scoped RunBuffers buffers = new(model, Count);
        buffers.Input<float>(0, left);
        buffers.Input<float>(1, right);
        buffers.Output<float>(0, sums);
        buffers.Output<long>(1, classes);
        buffers.Run(_oneThread);
    }

    private static string Fails(Action run)
    {
        var e = Assert.Throws<CimException>(run);
        Assert.Equal(ErrorCodes.BufferMismatch, e.Code);
        return e.Message;
    }
}
