using System.Buffers;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Execution;

/// <summary>Models shared by threads. <c>build/stress-threads.sh MINUTES</c> runs the first test for longer.</summary>
public sealed class ThreadStressTests
{
    [Fact]
    public void Threads_that_share_models_get_what_one_thread_gets()
    {
        using var stress = new ThreadStress(seed: 11);
        Assert.Empty(stress.Run(TimeSpan.FromSeconds(4), threads: 6));
        Assert.True(stress.Counts.Runs > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_lets_go_of_the_callers_memory_before_anyone_else_may_use_its_job(bool fails)
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Several(2, 2)));
        PinnedFloats[] memory = [.. model.Info.Inputs.Concat(model.Info.Outputs).Select(t => new PinnedFloats(t.SampleLength))];
        foreach (PinnedFloats m in memory) m.GetSpan().Fill(fails ? float.PositiveInfinity : 1);

        // Memory that starts a run of its own when it is released: the job of the first run must not be in use any more by then.
        var nested = new Reentrant(model, memory.Skip(2).First().Memory.Length);
        void Run() => model.Run([memory[0].Memory, memory[1].Memory], [nested.Memory, memory[3].Memory], 1);
        if (fails) Assert.Equal(ErrorCodes.NonFiniteInput, Assert.Throws<CimException>(Run).Code);
        else Run();
        Assert.Equal(1, nested.Runs);
        Assert.All(memory, m => Assert.Equal(0, m.Pins));
        Assert.All(memory, m => Assert.False(m.Overreleased));
    }

    [Fact]
    public async Task A_plan_that_takes_long_to_build_does_not_hold_up_other_runs()
    {
        using var held = new HeldConstant();
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 2, 3);
        int shape = b.Step("Shape", null, [x], ElementType.Int64, 3);
        int n = b.Step("Gather", null, [shape, b.Constant(new Tensor(ElementType.Int64, new Shape(1), held.Memory))], ElementType.Int64, 1);
        int target = b.Step("Concat", Ops.Attributes(("axis", 0)), [n, b.Constant(Ops.Longs(-1))], ElementType.Int64, 2);
        int flat = b.Step("Reshape", null, [x, target], ElementType.Float32, -1, 6);
        ModelProgram program = b.Build(b.Step("Softmax", Ops.Attributes(("axis", 0)), [flat], ElementType.Float32, -1, 6));
        using var model = new CimModel(TestPrograms.Compile(program));
        float[] samples = TestPrograms.Samples(2, 6), one = new float[6];
        model.Run(samples.AsSpan(0, 6), one);

        // A new batch size makes a plan, and folding its constants waits for the constant's memory.
        Task slow = Task.Run(() => model.Run(samples, new float[12], held.Holds(new RunOptions { MaxThreads = 1 })));
        await held.Waiting.WaitAsync(TimeSpan.FromSeconds(30));
        await Task.Run(() => model.Run(samples.AsSpan(0, 6), one)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(slow.IsCompleted);
        held.Release();
        await slow;
    }

    [Fact]
    public void A_disposed_model_ends_the_runs_that_have_begun_and_refuses_new_ones()
    {
        var model = new CimModel(TestPrograms.Compile(TestPrograms.Several(2, 1)));
        var memory = new Reentrant(model, model.Info.Outputs[0].SampleLength, dispose: true);
        model.Run([new float[model.Info.Inputs[0].SampleLength], new float[model.Info.Inputs[1].SampleLength]], [memory.Memory], 1);
        Assert.Throws<ObjectDisposedException>(() => model.Prepare());
        Assert.Equal("test", model.Info.Name);
    }

    /// <summary>Output memory that uses the model when it is released, or disposes it when it is pinned.</summary>
    private sealed class Reentrant(CimModel model, int length, bool dispose = false) : MemoryManager<float>
    {
        private readonly float[] _values = GC.AllocateArray<float>(length, pinned: true);

        public int Runs { get; private set; }

        public override Span<float> GetSpan() => _values;

        public override unsafe MemoryHandle Pin(int elementIndex = 0)
        {
            if (dispose) model.Dispose();
            fixed (float* at = &_values[elementIndex]) return new MemoryHandle(at, pinnable: this);
        }

        public override void Unpin()
        {
            if (dispose) return;
            Runs++;
            ReadOnlyMemory<float>[] inputs = [.. model.Info.Inputs.Select(t => (ReadOnlyMemory<float>)new float[t.SampleLength])];
            model.Run(inputs, [.. model.Info.Outputs.Select(t => new float[t.SampleLength].AsMemory())], 1);
        }

        protected override void Dispose(bool disposing) { }
    }

    /// <summary>The index 0, in memory that can make the thread wait that reads it.</summary>
    private sealed class HeldConstant : MemoryManager<byte>, IDisposable
    {
        private readonly byte[] _zero = new byte[sizeof(long)];
        private readonly ManualResetEventSlim _free = new(initialState: true);
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Waiting => _waiting.Task;

        public RunOptions Holds(RunOptions options)
        {
            _free.Reset();
            return options;
        }

        public void Release() => _free.Set();

        public override Span<byte> GetSpan()
        {
            if (!_free.IsSet)
            {
                _waiting.TrySetResult();
                _free.Wait(TimeSpan.FromSeconds(60));
            }

            return _zero;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() { }

        public void Dispose() => _free.Dispose();

        protected override void Dispose(bool disposing) => _free.Dispose();
    }
}
