using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Export;

/// <summary>Weights that several nodes read are written once for each in a quantized network, and once in a float one.</summary>
public sealed class CopySharedWeightsTests
{
    [Fact]
    public void Dequantized_weights_have_one_reader_each_and_ONNX_Runtime_computes_the_same()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4).Weight("w", 6, 4).Scalar("s", 0.01f).Output("y")
            .Constant("z", Runtime.Tensors.Tensor.Scalar((sbyte)0))
            .Node("QuantizeLinear", "x s z", "q").Node("DequantizeLinear", "q s z", "d").Node("Neg", "d", "n")
            .Node("one", "Gemm", "d w", "a", ("transB", 1)).Node("two", "Gemm", "n w", "b", ("transB", 1))
            .Node("Mul", "a b", "y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Graph copied = CopySharedWeights.Run(graph);
        GraphVerifier.Verify(copied, nameof(CopySharedWeights));
        Assert.Equal(2, copied.Nodes.Where(n => n.Op == "Gemm").Select(n => n.Inputs[1]).Distinct().Count());
    }

    [Fact]
    public void A_float_network_stays_as_it_is()
    {
        Graph graph = OnnxImporter.Import(new ModelBuilder().Input("x", -1, 4).Weight("w", 4, 4)
            .Node("one", "MatMul", "x w", "a").Node("two", "MatMul", "a w", "y").Output("y").Bytes, null);
        Assert.Same(graph, CopySharedWeights.Run(graph));
    }
}
