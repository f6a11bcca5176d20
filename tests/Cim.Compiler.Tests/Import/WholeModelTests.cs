using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import;

public sealed class WholeModelTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models =>
        ["resnet20_cifar10", "resnet8", "ds_cnn_fixed", "mobilenet_v1", "deepautoencoder", "mnist-conv_model", "mnist-net_256x2"];

    /// <summary>
    /// Folding reorders float additions, so results differ by rounding: a few ulp per layer, far below 1e-4 of the largest
    /// logit. A wrong fold is off by percents.
    /// </summary>
    [SharedDataTheory, MemberData(nameof(Models))]
    public void Folded_network_equals_the_original_on_random_inputs(string model)
    {
        string path = SharedData.Need($"onnx/{model}.onnx");
        byte[] bytes = File.ReadAllBytes(path);
        Graph graph = OnnxImporter.Import(path);
        output.WriteLine(GraphText.Write(graph));
        Assert.True(graph.HasSymbolicBatch);
        Assert.DoesNotContain(graph.Nodes, n => n.Op is "BatchNormalization" or "Identity" or "MatMul");

        const int Images = 2;
        Dictionary<string, Tensor> batch = graph.Inputs.ToDictionary(
            i => i, i => TensorAssert.Random(graph.Values[i].Shape.Bind(Images), 1));
        Dictionary<string, Tensor> actual = GraphEvaluator.Run(graph, batch);
        for (int image = 0; image < Images; image++)
        {
            // Models exported for one image can only be asked one by one.
            Dictionary<string, Tensor> expected = OnnxRuntimeReference.Run(
                bytes, batch.ToDictionary(b => b.Key, b => Slice(b.Value, image, Images)));
            foreach (string name in graph.Outputs)
                TensorAssert.Close(expected[name], Slice(actual[name], image, Images), 1e-4, $"{model}/{name}/{image}");
        }
    }

    [SharedDataFact]
    public void Integer_weights_without_dequantization_are_a_clear_error()
    {
        string path = SharedData.Need("onnx/ds_cnn.onnx");
        CimException e = Assert.Throws<CimException>(() => OnnxImporter.Import(path));
        Assert.Equal(ErrorCodes.InvalidGraph, e.Code);
        Assert.Equal(path, e.File);
        Assert.Contains("functional_1/conv2d/Conv2D", e.Message, StringComparison.Ordinal);
        Assert.Contains("DequantizeLinear", e.Message, StringComparison.Ordinal);
    }

    private static Tensor Slice(Tensor batch, int image, int images)
    {
        int bytes = batch.Data.Length / images;
        return new Tensor(batch.Type, new Shape([1, .. batch.Shape.Dims.Skip(1)]), batch.Data.Slice(image * bytes, bytes));
    }
}
