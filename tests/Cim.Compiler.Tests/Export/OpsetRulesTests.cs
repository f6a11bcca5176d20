using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using Tensor = Cim.Runtime.Tensors.Tensor;

namespace Cim.Compiler.Tests.Export;

/// <summary>ONNX Runtime is the reference: it refuses what is younger than the graph's operator set.</summary>
public sealed class OpsetRulesTests
{
    [Theory]
    [InlineData("QuantizeLinear", "output_dtype", "attribute 'output_dtype' exists since opset 21")]
    [InlineData("Swish", "alpha", "Swish exists since opset 24")]
    [InlineData("Cast", "to", "the type Int4 exists since opset 21")]
    public void What_the_operator_set_does_not_have_yet_is_named_and_ONNX_Runtime_refuses_it(string op, string attribute, string rule)
    {
        object value = op switch { "Cast" => (object)22, "Swish" => 1f, _ => 3 };
        ModelBuilder m = new ModelBuilder(20).Input("x", 2, 4).Scalar("scale", 1).Constant("zero", Tensor.Scalar((sbyte)0))
            .Node("young", op, op == "QuantizeLinear" ? "x scale zero" : "x", "q", (attribute, value)).Output("q");
        Assert.Equal([$"{rule}, the graph is of opset 20"], OpsetRules.Problems(m.Model.Graph.Node[0], 20));
        Assert.Empty(OpsetRules.Problems(m.Model.Graph.Node[0], 24));
        CimException e = Assert.Throws<CimException>(() => ExportVerifier.Verify(m.Model, new Dictionary<string, ValueInfo>()));
        Assert.Contains($"node 'young' ({op}): {rule}", e.Message, StringComparison.Ordinal);
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(m.Bytes));
    }
}
