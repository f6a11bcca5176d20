using Cim.Runtime.Format;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests;

public sealed class CimModelTests
{
    private static CimModel Load() => new(TestPrograms.Compile(TestPrograms.Convolutional()));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(431, 10)]
    [InlineData(432, 9)]
    [InlineData(864, 10)]
    public void A_buffer_of_the_wrong_length_is_named_with_both_lengths(int input, int output)
    {
        using CimModel model = Load();
        var e = Assert.Throws<CimException>(() => model.Run(new float[input], new float[output]));
        Assert.Equal(ErrorCodes.BufferMismatch, e.Code);
        Assert.Matches("'(image|v\\d+)' has \\d+ values", e.Message);
    }

    [Fact]
    public void A_model_of_several_inputs_takes_lists()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Matrices()));
        Assert.Equal(ErrorCodes.BufferMismatch, Assert.Throws<CimException>(() => model.Run(new float[20], new float[16])).Code);
        Assert.Equal(ErrorCodes.BufferMismatch,
            Assert.Throws<CimException>(() => model.Run([new float[20]], [new float[16], new float[1]], 1)).Code);
        Assert.Equal(ErrorCodes.BufferMismatch,
            Assert.Throws<CimException>(() => model.Run([new float[20], new float[15]], [new float[16], new float[1]], 1)).Code);
        model.Run([new float[20], new float[16]], [new float[16], new float[1]], 1);
    }

    [Fact]
    public void Memory_is_shared_only_where_a_result_takes_the_place_of_its_sample()
    {
        using var negate = new CimModel(TestPrograms.Compile(TestPrograms.AcrossImages()));
        float[] memory = new float[40];
        negate.Run(memory.AsSpan(0, 16), memory.AsSpan(0, 16), 4);
        var e = Assert.Throws<CimException>(() => negate.Run(memory.AsSpan(0, 16), memory.AsSpan(4, 16), 4));
        Assert.Equal(ErrorCodes.BufferMismatch, e.Code);
        Assert.Contains("shares memory with input 'x'", e.Message, StringComparison.Ordinal);
        negate.Run(memory.AsSpan(0, 16), memory.AsSpan(16, 16), 4);

        using CimModel images = Load();
        float[] two = TestPrograms.Samples(2, 432), scores = new float[20];
        images.Run(two, scores);
        Assert.Equal(ErrorCodes.BufferMismatch, Assert.Throws<CimException>(() => images.Run(two, two.AsSpan(400, 20), 2)).Code);

        using var several = new CimModel(TestPrograms.Compile(TestPrograms.Matrices()));
        Memory<float> shared = new float[16];
        Assert.Contains("shares memory with output",
            Assert.Throws<CimException>(() => several.Run([new float[20], new float[16]], [shared, shared[..1]], 1)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_mean_nothing_are_refused()
    {
        using CimModel model = Load();
        Assert.Throws<ArgumentOutOfRangeException>(
            () => model.Run(new float[432], new float[10], new RunOptions { Fidelity = (Fidelity)9 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(new float[432], new float[10], new RunOptions { MaxThreads = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Prepare(new RunOptions { Fidelity = (Fidelity)(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(new float[432], new float[10], 0));
    }

    [Fact]
    public void A_disposed_model_says_so()
    {
        CimModel model = Load();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Run(new float[432], new float[10]));
    }

    [Fact]
    public void A_shared_model_is_not_disposed_by_one_of_its_users()
    {
        byte[] bytes = ModelWriter.ToBytes(TestPrograms.Compile(TestPrograms.Convolutional()));
        CimModel shared = CimModel.LoadShared(new MemoryStream(bytes)), own = CimModel.Load(new MemoryStream(bytes));
        float[] image = TestPrograms.Samples(1, 432), before = new float[10], after = new float[10];
        own.Run(image, before);
        shared.Dispose();
        shared.Run(image, after);
        Assert.Equal(before, after);
    }

    [Fact]
    public void A_file_that_is_missing_or_no_model_is_named()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.cim");
        var missing = Assert.Throws<CimException>(() => CimModel.Load(path));
        Assert.Equal(ErrorCodes.FileNotReadable, missing.Code);
        Assert.Equal(path, missing.File);
        try
        {
            System.IO.File.WriteAllText(path, "no model");
            var damaged = Assert.Throws<CimException>(() => CimModel.Load(path));
            Assert.Equal(ErrorCodes.InvalidCompiledModel, damaged.Code);
            Assert.Equal(path, damaged.File);
            System.IO.File.WriteAllBytes(path, ModelWriter.ToBytes(TestPrograms.Compile(TestPrograms.Convolutional())));
            using CimModel model = CimModel.Load(path);
            Assert.Equal("test", model.Info.Name);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }
}
