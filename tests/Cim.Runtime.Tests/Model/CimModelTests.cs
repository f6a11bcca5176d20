using Cim.Runtime.Format;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Model;

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
        Assert.Equal(ErrorCodes.BufferMismatch, Assert.Throws<CimException>(() => model.Run([new float[20]], [new float[16], new float[1]], 1)).Code);
        Assert.Equal(ErrorCodes.BufferMismatch, Assert.Throws<CimException>(() => model.Run([new float[20], new float[15]], [new float[16], new float[1]], 1)).Code);
        model.Run([new float[20], new float[16]], [new float[16], new float[1]], 1);
    }

    [Fact]
    public void A_disposed_model_says_so()
    {
        CimModel model = Load();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Run(new float[432], new float[10]));
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
