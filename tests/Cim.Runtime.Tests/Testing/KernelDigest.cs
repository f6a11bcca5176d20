using System.Security.Cryptography;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Testing;

/// <summary>Hashes of what every float kernel and whole networks compute on fixed inputs.</summary>
internal static class KernelDigest
{
    public static IEnumerable<(string Name, string Digest)> All()
    {
        foreach (string op in (string[])["Add", "Sub", "Mul", "Div", "Max", "Min", "PRelu"])
            yield return Operator(op, null, X(3, 67), X(67));
        foreach (string op in (
            string[])["Relu", "LeakyRelu", "HardSigmoid", "HardSwish", "Neg", "Abs", "Sqrt", "Reciprocal", "Floor", "Ceil", "Softsign",
            "Sigmoid", "Tanh", "Erf", "Exp", "Log", "Gelu", "Softplus", "Elu", "Softmax", "LogSoftmax", "GlobalAveragePool",
            "GlobalMaxPool"])
            yield return Operator(op, null, X(2, 3, 67));
        yield return Operator("Clip", null, X(67), Tensor.Scalar(-1f), Tensor.Scalar(1f));
        yield return Operator("MatMul", null, X(2, 9, 33), X(33, 37));
        yield return Operator("Gemm", Ops.Attributes(("transB", 1), ("alpha", 0.3f), ("beta", 1.7f)), X(9, 33), X(37, 33), X(37));
        yield return Operator("Conv", Ops.Attributes(("pads", new[] { 1, 1, 1, 1 })), X(2, 5, 13, 17), X(7, 5, 3, 3), X(7));
        yield return Operator("MaxPool", Pool, X(2, 3, 13, 37));
        yield return Operator("AveragePool", Pool, X(2, 3, 13, 37));
        yield return Operator("BatchNormalization", null, X(2, 3, 37), X(3), X(3), X(3), Ops.Floats([3], 1, 2, 3));
        yield return Operator("LayerNormalization", null, X(5, 67), X(67), X(67));
        foreach (string op in (string[])["ReduceSum", "ReduceMean", "ReduceL2", "ReduceLogSumExp"])
            yield return Operator(op, null, X(5, 67), Ops.Longs(1));
        yield return Operator("Resize", Ops.Attributes(("mode", "linear")), X(1, 2, 5, 7), null, null, Ops.Longs(1, 2, 11, 19));
        Tensor q = Ops.Run("QuantizeLinear", X(3, 67), Tensor.Scalar(0.03f), Tensor.Scalar((byte)101));
        yield return ("QuantizeLinear", Hash(q.Data.Span));
        yield return Operator("DequantizeLinear", null, q, Tensor.Scalar(0.03f), Tensor.Scalar((byte)101));
        foreach (Fidelity fidelity in Enum.GetValues<Fidelity>())
            yield return ($"network.{fidelity}", Network(TestPrograms.Convolutional(), fidelity));
        foreach ((string hardware, HardwareProfile profile) in CrossbarDigest.Hardware)
        foreach (Fidelity fidelity in Enum.GetValues<Fidelity>().Where(f => f < Fidelity.Circuit || hardware == "pairs"))
            yield return ($"crossbar.{hardware}.{fidelity}", Hash(CrossbarDigest.Run(profile, fidelity, images: 2, threads: 2)));
    }

    private static AttributeMap Pool =>
        Ops.Attributes(("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 }));

    private static string Network(ModelProgram program, Fidelity fidelity)
    {
        using var model = new CimModel(TestPrograms.Compile(program) with { Hardware = TestPrograms.Noisy });
        float[] images = TestPrograms.Samples(3, 432), scores = new float[30];
        model.Run(images, scores, new RunOptions { Fidelity = fidelity, Seed = 7, MaxThreads = 2 });
        return Hash(System.Runtime.InteropServices.MemoryMarshal.AsBytes(scores.AsSpan()));
    }

    private static (string, string) Operator(string op, AttributeMap? attributes, params Tensor?[] inputs) =>
        (op, Hash(Ops.Run(op, attributes, inputs).Data.Span));

    private static Tensor X(params int[] shape) => Ops.Random(new Random(shape.Length * 31), shape);

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
