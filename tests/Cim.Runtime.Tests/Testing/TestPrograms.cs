using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar;

namespace Cim.Runtime.Tests.Testing;

/// <summary>Builds programs value by value and step by step.</summary>
internal sealed class ProgramBuilder
{
    private readonly List<ProgramValue> _values = [];
    private readonly List<ProgramStep> _steps = [];
    private readonly List<CrossbarLayer> _layers = [];
    private readonly List<int> _inputs = [];

    public int Input(string name, ElementType type, params int[] shape)
    {
        _inputs.Add(Value(name, type, shape));
        return _inputs[^1];
    }

    public int Constant(Tensor tensor)
    {
        _values.Add(new ProgramValue($"c{_values.Count}", tensor.Type, tensor.Shape, tensor));
        return _values.Count - 1;
    }

    public int Step(string op, AttributeMap? attributes, int[] inputs, ElementType type, params int[] shape)
    {
        int output = Value($"v{_values.Count}", type, shape);
        _steps.Add(new ProgramStep(op, $"{op}{_steps.Count}", [.. inputs], [output], attributes ?? AttributeMap.Empty));
        return output;
    }

    public int Layer(CrossbarLayer layer, int[] inputs, params int[] shape)
    {
        _layers.Add(layer with { Name = $"layer{_layers.Count}" });
        ElementType type = layer.Epilogue.Output?.StorageType ?? ElementType.Float32;
        return Step(ProgramStep.CrossbarOp, Ops.Attributes(("layer", _layers.Count - 1)), inputs, type, shape);
    }

    public ModelProgram Build(params int[] outputs) => new([.. _values], [.. _steps], [.. _layers], [.. _inputs], [.. outputs]);

    private int Value(string name, ElementType type, int[] shape)
    {
        _values.Add(new ProgramValue(name, type, new Shape(shape)));
        return _values.Count - 1;
    }
}

/// <summary>Small networks of every kind the executor treats differently.</summary>
internal static class TestPrograms
{
    /// <summary>Image -> quantize -> conv -> max pool -> conv with residual -> average -> matrix -> softmax; float in, float out.</summary>
    public static ModelProgram Convolutional(int seed = 1, int batch = -1)
    {
        var random = new Random(seed);
        var b = new ProgramBuilder();
        var first = LayerCases.Convolution(random, new LayerCases.Shape2D(3, 12, 12, 3, 1, 1, 1, 1, 8));
        var residual = new QuantizationParameters(0.02f, 0, 8, false);
        var second = LayerCases.Convolution(random, new LayerCases.Shape2D(8, 6, 6, 3, 1, 1, 1, 1, 8),
            epilogue: new Epilogue(residual, false, 0, float.PositiveInfinity, new QuantizationParameters(2.5f, 0, 8, false)));
        CrossbarLayer last = LayerCases.Matrix(random, 8, 10, 1, epilogue: Epilogue.None);
        last = last with { WeightScales = [.. last.WeightScales.Select(s => s / 500)] }; // scores of a few units
        int x = b.Input("image", ElementType.Float32, batch, 3, 12, 12);
        int q = b.Step("QuantizeLinear", null, [x, Scale(b, first.Input), Zero(b, first.Input)], ElementType.UInt8, batch, 3, 12, 12);
        int a = b.Layer(first, [q], batch, 8, 12, 12);
        int p = b.Step("MaxPool", Ops.Attributes(("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })), [a], ElementType.UInt8,
            batch, 8, 6, 6);
        int c = b.Layer(second, [p, p], batch, 8, 6, 6);
        int d = b.Step("DequantizeLinear", null, [c, b.Constant(Tensor.Scalar(2.5f)), b.Constant(Tensor.Scalar((byte)0))],
            ElementType.Float32, batch, 8, 6, 6);
        int g = b.Step("GlobalAveragePool", null, [d], ElementType.Float32, batch, 8, 1, 1);
        int f = b.Step("Flatten", null, [g], ElementType.Float32, batch, 8);
        int e = b.Step("QuantizeLinear", null, [f, Scale(b, last.Input), Zero(b, last.Input)], ElementType.UInt8, batch, 8);
        int m = b.Layer(last, [e], batch, 10);
        int s = b.Step("Softmax", Ops.Attributes(("axis", 1)), [m], ElementType.Float32, batch, 10);
        return b.Build(s);
    }

    /// <summary>Convolutions of 3x3 and 5x5 windows that are worth splitting over threads, even for one image.</summary>
    public static ModelProgram Wide(int seed = 6)
    {
        var random = new Random(seed);
        var b = new ProgramBuilder();
        var first = LayerCases.Convolution(random, new LayerCases.Shape2D(8, 60, 60, 3, 1, 1, 1, 1, 40));
        var second = LayerCases.Convolution(
            random, new LayerCases.Shape2D(40, 60, 60, 5, 4, 2, 1, 1, 20), epilogue: Epilogue.None);
        int x = b.Input("image", ElementType.Float32, -1, 8, 60, 60);
        int q = b.Step("QuantizeLinear", null, [x, Scale(b, first.Input), Zero(b, first.Input)], ElementType.UInt8, -1, 8, 60, 60);
        int a = b.Layer(first, [q], -1, 40, 60, 60);
        return b.Build(b.Layer(second, [a], -1, 20, 15, 15));
    }

    /// <summary>Matrices only, two inputs, two outputs.</summary>
    public static ModelProgram Matrices(int seed = 2)
    {
        var random = new Random(seed);
        var b = new ProgramBuilder();
        var layer = LayerCases.Matrix(random, 20, 16, 1, epilogue: Epilogue.None);
        int x = b.Input("left", ElementType.Float32, -1, 20), y = b.Input("right", ElementType.Float32, -1, 16);
        int q = b.Step("QuantizeLinear", null, [x, Scale(b, layer.Input), Zero(b, layer.Input)], ElementType.UInt8, -1, 20);
        int m = b.Layer(layer, [q], -1, 16);
        int r = b.Step("Relu", null, [m], ElementType.Float32, -1, 16);
        int sum = b.Step("Add", null, [r, y], ElementType.Float32, -1, 16);
        int best = b.Step("ArgMax", Ops.Attributes(("axis", 1), ("keepdims", 0)), [sum], ElementType.Int64, -1);
        return b.Build(sum, best);
    }

    /// <summary>One matrix, applied at some positions of each sample.</summary>
    public static ModelProgram Positions(int positions, int seed = 4)
    {
        var b = new ProgramBuilder();
        CrossbarLayer layer = LayerCases.Matrix(new Random(seed), 20, 16, positions, epilogue: Epilogue.None);
        int x = b.Input("x", ElementType.Float32, -1, positions, 20);
        int q = b.Step("QuantizeLinear", null, [x, Scale(b, layer.Input), Zero(b, layer.Input)], ElementType.UInt8, -1, positions, 20);
        return b.Build(b.Layer(layer, [q], -1, positions, 16));
    }

    /// <summary>Any number of inputs, each with a matrix of its own; their sum goes through any number of outputs.</summary>
    public static ModelProgram Several(int inputs, int outputs)
    {
        const int Columns = 9;
        var random = new Random((10 * inputs) + outputs);
        var b = new ProgramBuilder();
        int sum = -1;
        for (int i = 0; i < inputs; i++)
        {
            int rows = 11 + (5 * i);
            CrossbarLayer layer = LayerCases.Matrix(random, rows, Columns, 1, epilogue: Epilogue.None);
            int x = b.Input($"x{i}", ElementType.Float32, -1, rows);
            int q = b.Step("QuantizeLinear", null, [x, Scale(b, layer.Input), Zero(b, layer.Input)], ElementType.UInt8, -1, rows);
            int m = b.Layer(layer, [q], -1, Columns);
            sum = sum < 0 ? m : b.Step("Add", null, [sum, m], ElementType.Float32, -1, Columns);
        }

        int[] results =
        [
            sum, b.Step("Relu", null, [sum], ElementType.Float32, -1, Columns),
                b.Step("Tanh", null, [sum], ElementType.Float32, -1, Columns),
            b.Step("ArgMax", Ops.Attributes(("axis", 1), ("keepdims", 0)), [sum], ElementType.Int64, -1),
        ];
        return b.Build(results[^outputs..]);
    }

    /// <summary>Normalises over the batch: must not be split.</summary>
    public static ModelProgram AcrossImages()
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 4);
        return b.Build(b.Step("Softmax", Ops.Attributes(("axis", 0)), [x], ElementType.Float32, -1, 4));
    }

    /// <summary>Reshapes by a shape computed from the input's, as exporters write it: Shape, Gather, Concat.</summary>
    public static ModelProgram ComputedShape()
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 2, 3);
        int shape = b.Step("Shape", null, [x], ElementType.Int64, 3);
        int n = b.Step("Gather", null, [shape, b.Constant(Ops.Longs(0))], ElementType.Int64, 1);
        int target = b.Step("Concat", Ops.Attributes(("axis", 0)), [n, b.Constant(Ops.Longs(-1))], ElementType.Int64, 2);
        int y = b.Step("Reshape", null, [x, target], ElementType.Float32, -1, 6);
        return b.Build(b.Step("Neg", null, [y], ElementType.Float32, -1, 6));
    }

    public static HardwareProfile Isaac => HardwareProfiles.BuiltIn("isaac");

    /// <summary>Every random effect and resistive wires, each small.</summary>
    public static HardwareProfile Noisy => Isaac with
    {
        GOff = Isaac.GOn / 100, ProgrammingError = new ProgrammingError("independent", 0.02), ReadNoiseSigma = 0.01, StuckOn = 0.001,
            StuckOff = 0.001,
        WordLineResistance = 1, BitLineResistance = 1,
    };

    public static CompiledModel Compile(ModelProgram program) => new(Info(program), Isaac, program);

    public static ModelInfo Info(ModelProgram program) => new()
    {
        Name = "test",
        Hardware = "isaac",
        Inputs = [.. program.Inputs.Select(i => Describe(program.Values[i]))],
        Outputs = [.. program.Outputs.Select(i => Describe(program.Values[i]))],
        Cost = NoCost,
        Baseline = NoCost,
        AccuracyFloat = 0.9163,
        Seed = ulong.MaxValue,
        ModelSha256 = new string('a', 64),
        SdkVersion = "0.1.0",
    };

    /// <summary>Deterministic inputs for a number of samples.</summary>
    public static float[] Samples(int count, int length, int seed = 5)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * length).Select(_ => random.NextSingle() * 4)];
    }

    private static TensorDescription Describe(ProgramValue value) => new(value.Name, value.Type, [.. value.Shape.Dims]);

    private static Cost NoCost => new()
    {
        Hardware = "isaac", LatencyNs = 1.5, AreaUm2 = 3, Arrays = 4, Cores = 1,
        Energy = new EnergyBreakdown
        {
            ArrayPj = 1, DacPj = 2, AdcPj = 3, ShiftAddPj = 4, BufferPj = 5, BusPj = 6, InterconnectPj = 7, WritePj = 8,
        },
        Events = new CostEvents { ArrayReads = 7 }, Layers = ImmutableArray<LayerCost>.Empty,
    };

    private static int Scale(ProgramBuilder b, QuantizationParameters q) => b.Constant(Tensor.Scalar(q.Scale));

    private static int Zero(ProgramBuilder b, QuantizationParameters q) => b.Constant(Tensor.Scalar((byte)q.ZeroPoint));
}
