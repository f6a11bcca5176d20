using Cim.Compiler.Evaluation;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Google.Protobuf;
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

    [Theory]
    [InlineData("QuantizeLinear", "output_dtype", "attribute 'output_dtype' exists since opset 21")]
    [InlineData("Swish", "alpha", "Swish exists since opset 24")]
    [InlineData("Cast", "to", "the type Int4 exists since opset 21")]
    public void What_the_operator_set_does_not_have_yet_is_named_and_ONNX_Runtime_refuses_it(string op, string attribute, string rule)
    {
        object value = op switch { "Cast" => (object)22, "Swish" => 1f, _ => 3 };
        ModelBuilder m = new ModelBuilder(20).Input("x", 2, 4).Scalar("scale", 1).Constant("zero", Tensor.Scalar((sbyte)0))
            .Node("young", op, op == "QuantizeLinear" ? "x scale zero" : "x", "q", (attribute, value)).Output("q");
        Assert.Contains($"node 'young' ({op}): {rule}", Refused(m).Message);
        Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(m.Bytes));
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

    /// <summary>ONNX Runtime's own 4-bit integers are the reference.</summary>
    [Theory]
    [InlineData(TensorProto.Types.DataType.Int4)]
    [InlineData(TensorProto.Types.DataType.Uint4)]
    public void Casts_to_four_bits_are_written_in_operators_of_the_exported_set(TensorProto.Types.DataType type)
    {
        ModelBuilder m = new ModelBuilder(21).Input("x", 1, 64).Node("Cast", "x", "n", ("to", (int)type)).Node("Cast", "n", "y", ("to", 1))
            .Output("y");
        byte[] exported = OnnxExporter.Export(RandomNetworks.Import(m.Bytes)).ToByteArray();
        Assert.Equal(OnnxExporter.Opset, ModelProto.Parser.ParseFrom(exported).OpsetImport.Single().Version);
        float[] x = [.. Enumerable.Range(-32, 63).Select(i => i / 4f), 0.49999997f];
        var feeds = new Dictionary<string, Tensor> { ["x"] = Tensor.Create<float>(new Shape(1, 64), x) };
        Assert.Equal(OnnxRuntimeReference.Run(m.Bytes, feeds)["y"].Span<float>().ToArray(),
            OnnxRuntimeReference.Run(exported, feeds)["y"].Span<float>().ToArray());
    }
}
