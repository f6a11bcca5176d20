using Cim.Compiler.Evaluation;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Microsoft.ML.OnnxRuntime;
using Xunit;
using Tensor = Cim.Runtime.Tensors.Tensor;

namespace Cim.Compiler.Tests.Export;

/// <summary>What native code must not see is an error with node and rule; where ONNX Runtime survives it, it agrees.</summary>
public sealed class ExportVerifierTests
{
    private static readonly Dictionary<string, ValueInfo> _declared = new()
    {
        ["x"] = new ValueInfo(ElementType.Float32, new Shape(2, 4)),
        ["q"] = new ValueInfo(ElementType.Int8, new Shape(2, 4)),
        ["y"] = new ValueInfo(ElementType.Float32, new Shape(2, 4)),
    };

    private static ModelBuilder Quantizers(Tensor zero, Tensor scale, params (string, object)[] attributes) =>
        new ModelBuilder(20).Input("x", 2, 4).Constant("zero", zero).Constant("scale", scale)
            .Node("quantize", "QuantizeLinear", "x scale zero", "q", attributes).Node("back", "DequantizeLinear", "q scale zero", "y")
            .Output("y");

    private static CimException Refused(ModelBuilder model)
    {
        CimException e = Assert.Throws<CimException>(() => ExportVerifier.Verify(model.Model, _declared));
        Assert.Equal(ErrorCodes.NotRunnable, e.Code);
        return e;
    }

    [Fact]
    public void A_graph_that_follows_the_rules_passes_and_loads()
    {
        ModelBuilder m = Quantizers(Tensor.Scalar((sbyte)3), Tensor.Scalar(0.5f));
        ExportVerifier.Verify(m.Model, _declared);
        using var session = new InferenceSession(m.Bytes);
    }

    [Fact]
    public void A_zero_point_of_another_type_than_the_integers_is_named() =>
        Assert.Contains("node 'quantize' (QuantizeLinear): its integers are Int8, its zero point is UInt8",
            Refused(Quantizers(Tensor.Scalar((byte)3), Tensor.Scalar(0.5f))).Message);

    [Theory]
    [InlineData(3, "3 scales do not fit axis 1 of the shape [2,4]")]
    [InlineData(1, "its scale has the shape [3], its zero point [1]")]
    public void Scales_that_do_not_fit_their_axis_or_their_zero_points_are_named_and_ONNX_Runtime_refuses_them(int zeros, string rule)
    {
        ModelBuilder m = Quantizers(new Tensor(ElementType.Int8, new Shape(zeros), new byte[zeros]),
            Tensor.Create<float>(new Shape(3), [1, 1, 1]), ("axis", 1));
        Assert.Contains(rule, Refused(m).Message);
        Assert.Throws<OnnxRuntimeException>(() => OnnxRuntimeReference.Run(
            m.Bytes, new Dictionary<string, Tensor> { ["x"] = Tensor.Create<float>(new Shape(2, 4), new float[8]) }));
    }

    [Fact]
    public void Values_that_nothing_defines_or_two_nodes_define_are_named_and_ONNX_Runtime_refuses_them()
    {
        ModelBuilder undefined = new ModelBuilder(20).Input("x", 2, 4).Node("relu", "Relu", "missing", "y").Output("y"),
            twice = new ModelBuilder(20).Input("x", 2, 4).Node("first", "Relu", "x", "y").Node("second", "Abs", "x", "y").Output("y");
        Assert.Contains("node 'relu' (Relu): input 'missing' is not defined before it", Refused(undefined).Message);
        Assert.Contains("node 'second' (Abs): 'y' is defined twice", Refused(twice).Message);
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(undefined.Bytes));
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(twice.Bytes));
    }

    /// <summary>ONNX Runtime would end the process: it is not asked.</summary>
    [Theory]
    [InlineData("Split", "a _", 1, false)]
    [InlineData("TopK", "a _", 1, false)]
    [InlineData("MaxPool", "a _", 1, true)]
    [InlineData("Dropout", "a _", 1, true)]
    [InlineData("LSTM", "_ _ a", 0, true)]
    public void Outputs_without_a_name_are_named_unless_their_operator_calls_them_optional(string op, string outputs, int index, bool may)
    {
        ModelBuilder m = new ModelBuilder(20).Input("x", 2, 4).Node("parts", op, "x", outputs).Output("a");
        if (may) ExportVerifier.Verify(m.Model, _declared);
        else Assert.Contains($"node 'parts' ({op}): output {index} has no name, and outputs of {op} are not optional", Refused(m).Message);
    }

    [Fact]
    public void A_file_whose_graph_would_end_the_process_is_not_run_in_float()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("net.onnx", new ModelBuilder(17).Input("x", -1, 6).Ints("sizes", 3, 3)
            .Node("parts", "Split", "x sizes", "y _", ("axis", 1)).Output("y").Bytes);
        CimException e = Assert.Throws<CimException>(() => new FloatEvaluator(path));
        Assert.Equal((ErrorCodes.NotRunnable, path), (e.Code, e.File));
        Assert.Contains("node 'parts' (Split): output 1 has no name", e.Message);
    }
}
