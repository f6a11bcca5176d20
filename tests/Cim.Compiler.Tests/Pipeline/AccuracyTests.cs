using Cim.Compiler.Data;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Cim.Compiler.Tests.Pipeline;

/// <summary>
/// Post-training quantization of real networks keeps their accuracy. The thresholds are the project's; bench/accuracy prints
/// the whole table, MNIST included.
/// </summary>
public sealed class AccuracyTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("resnet20_cifar10", 8, 8, 848, 840)]
    [InlineData("resnet20_cifar10", 4, 8, 840, 0)]
    [InlineData("resnet8", 8, 8, 812, 0)]
    public void Cifar_networks_keep_their_accuracy(string network, int weightBits, int activationBits, int atLeast, int atLeastThroughConverters)
    {
        Preprocessing preprocessing = network == "resnet8" ? Preprocessing.None
            : Preprocessing.Parse("1/255", "0.485,0.456,0.406", "0.229,0.224,0.225");
        Check(network, SharedData.File("cifar10/train_data_batch_1_first4000.bin"), SharedData.File("cifar10/test_batch_first932.bin"),
            preprocessing, weightBits, activationBits, atLeast, atLeastThroughConverters / 932.0);
    }

    [Fact]
    public void Keyword_spotting_keeps_its_accuracy()
    {
        if (SharedData.File("kws/kws01_x_int8_1000x49x10.bin") is not { } x || SharedData.File("kws/kws01_y_1000.u8") is not { } y)
        {
            output.WriteLine("skipped: ../shared/data is absent");
            return;
        }

        string data = _folder.Write("kws.npz", DataFiles.Npz(
            ("x", DataFiles.Npy("|i1", [1000, 1, 49, 10], File.ReadAllBytes(x))), ("y", DataFiles.Npy("|u1", [1000], File.ReadAllBytes(y)))));
        // float = (q - 83) * 0.5847029
        Check("ds_cnn_fixed", data, data, Preprocessing.Parse("0.5847029", "48.5303407", null), 8, 8, 895, 0);
    }

    private void Check(string network, string? calibration, string? evaluation, Preprocessing preprocessing, int weightBits, int activationBits, int atLeast, double throughConverters)
    {
        if (SharedData.File($"onnx/{network}.onnx") is not { } model || calibration is null || evaluation is null)
        {
            output.WriteLine("skipped: ../shared/data is absent");
            return;
        }

        CompileResult result = CompilePipeline.Compile(new CompileOptions
        {
            ModelPath = model, Calibration = calibration, Evaluation = evaluation, Preprocessing = preprocessing,
            WeightBits = weightBits, ActivationBits = activationBits,
        });
        output.WriteLine($"{network} w{weightBits}a{activationBits}: float {result.AccuracyFloat!.Correct}, compiled {result.AccuracyCompiled!.Correct} of {result.AccuracyCompiled.Samples}, adc {result.AccuracyAdc!.Correct} of {result.AccuracyAdc.Samples}");
        Assert.True(result.AccuracyCompiled.Correct >= atLeast, $"{result.AccuracyCompiled.Correct} < {atLeast}");
        // The converters saw the first samples only: one standard deviation of their share is allowed for.
        Assert.True(result.AccuracyAdc.Fraction >= throughConverters - 0.015, $"{result.AccuracyAdc.Fraction}");
    }
}
