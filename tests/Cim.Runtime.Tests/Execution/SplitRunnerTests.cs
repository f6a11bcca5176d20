using Cim.Runtime.Crossbar;
using Cim.Runtime.Execution;

namespace Cim.Runtime.Tests.Execution;

public sealed class SplitRunnerTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_part_of_every_layer_is_computed_once(int threads)
    {
        var runner = new SplitRunner(threads);
        var layer = new CountingLayer();
        byte[] output = new byte[threads];
        runner.Prepare(64);
        for (int i = 1; i <= 20_000; i++)
        {
            int parts = 2 + (i % (threads - 1));
            Array.Clear(output);
            runner.Run(layer, new SplitMemory(output, default, output), AlignedMemory.Allocate(64), i, parts);
            for (int part = 0; part < threads; part++) Assert.Equal(part < parts ? (byte)(i + part) : 0, output[part]);
        }
    }

    [Fact]
    public void What_a_part_throws_reaches_the_caller_and_the_next_layer_runs()
    {
        var runner = new SplitRunner(3);
        runner.Prepare(64);
        byte[] output = new byte[3];
        Memory<byte> workspace = AlignedMemory.Allocate(64);
        for (int i = 0; i < 200; i++)
        {
            Assert.Throws<InvalidOperationException>(
                () => runner.Run(new CountingLayer { Fails = 1 + (i % 2) }, new SplitMemory(output, default, output), workspace, 1, 3));
            Array.Clear(output);
            runner.Run(new CountingLayer(), new SplitMemory(output, default, output), workspace, 7, 3);
            Assert.Equal([7, 8, 9], output);
        }
    }

    [Fact]
    public void A_helper_gets_the_scratch_memory_that_the_layer_needs()
    {
        var runner = new SplitRunner(2);
        byte[] output = new byte[2];
        for (int bytes = 64; bytes < 1 << 20; bytes *= 2)
        {
            runner.Prepare(bytes);
            for (int i = 0; i < 100; i++)
            {
                runner.Run(new CountingLayer { Scratch = bytes }, new SplitMemory(output, default, output),
                    AlignedMemory.Allocate(bytes), i, 2);
            }
        }
    }

    [Theory]
    [InlineData(3_900_000, 8, 4, 1)]
    [InlineData(4_100_000, 8, 4, 2)]
    [InlineData(100_000_000, 8, 4, 4)]
    [InlineData(100_000_000, 3, 4, 3)]
    [InlineData(100_000_000, 1, 4, 1)]
    public void A_layer_has_as_many_parts_as_pay(long products, int most, int threads, int expected) =>
        Assert.Equal(expected, SplitRunner.Parts(new CountingLayer { Products = products, Most = most }, threads));

    /// <summary>Part i adds its image's number plus i to byte i.</summary>
    private sealed class CountingLayer : PreparedLayer
    {
        public int Fails { get; init; } = -1;

        public int Scratch { get; init; } = 1;

        public long Products { get; init; }

        public int Most { get; init; } = 100;

        public override int MaxSplit => Most;

        public override long ProductsPerImage => Products;

        public override int WorkspaceBytes(int images) => Scratch;

        public override void Run(in LayerCall call)
        {
            if (call.Split.Index == Fails) throw new InvalidOperationException("A part that fails.");
            call.Workspace[..Scratch].Fill((byte)call.Split.Index);
            call.Output[call.Split.Index] += (byte)(call.FirstImage + call.Split.Index);
            if (call.Workspace[Scratch - 1] != (byte)call.Split.Index) throw new InvalidOperationException("Scratch memory is shared.");
        }
    }
}
