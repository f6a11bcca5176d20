using Cim.Training.Networks;

namespace Cim.Training.Quantization;

/// <summary>
/// One matrix layer of a fake-quantized network. Bits are set through controls, so no session is rebuilt when they change.
/// </summary>
public sealed class QuantizedLayer
{
    internal QuantizedLayer(string name, Parameter weights, Parameter weightStep, MatrixLayout layout, QuantizedTensor input)
    {
        (Name, Weights, WeightStep, Layout, Input) = (name, weights, weightStep, layout, input);
        Low = new Control(name + "/weight_low", [], new float[1]);
        High = new Control(name + "/weight_high", [], new float[1]);
        Offset = new Control(name + "/weight_offset", [], new float[1]);
        Spacing = new Control(name + "/weight_spacing", [], new float[1]);
    }

    /// <summary>The node's name, or its output's.</summary>
    public string Name { get; }

    /// <summary>Float weights.</summary>
    public Parameter Weights { get; }

    /// <summary>Learned steps, one per output channel (or strip).</summary>
    public Parameter WeightStep { get; }

    /// <summary>The quantized tensor the layer reads.</summary>
    public QuantizedTensor Input { get; }

    /// <summary>Present weight bits; 1 = binary.</summary>
    public int WeightBits { get; private set; }

    internal MatrixLayout Layout { get; }

    internal Control Low { get; }

    internal Control High { get; }

    internal Control Offset { get; }

    internal Control Spacing { get; }

    internal Control? Noise { get; set; }

    internal Control? ConverterStep { get; set; }

    internal Control? ConverterLow { get; set; }

    internal Control? ConverterHigh { get; set; }

    /// <summary>Sets the code range: -(2^(b-1) - 1) .. 2^(b-1) - 1, or the two codes -1 and 1.</summary>
    public void SetWeightBits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        WeightBits = bits;
        float high = bits == 1 ? 1 : (1 << (bits - 1)) - 1;
        High.Values[0] = high;
        Low.Values[0] = -high;
        Offset.Values[0] = bits == 1 ? -1 : 0;
        Spacing.Values[0] = bits == 1 ? 2 : 1;
    }

    /// <summary>The integer code of a weight.</summary>
    internal float Code(float weight, float step)
    {
        float clipped = Math.Clamp(weight / step, Low.Values[0], High.Values[0]);
        return (MathF.Round((clipped - Offset.Values[0]) / Spacing.Values[0], MidpointRounding.ToEven) * Spacing.Values[0]) + Offset.Values[0];
    }

    /// <summary>The step of an element.</summary>
    internal float StepOf(int output, int input) =>
        WeightStep.Values.Length == Layout.Outputs ? WeightStep.Values[output] : WeightStep.Values[(output * Layout.Strip) + (input % Layout.Strip)];

    /// <summary>Integer weights [outputs, inputs], row-major, and the step of each output.</summary>
    public int[] Codes()
    {
        var codes = new int[Layout.Outputs * Layout.Inputs];
        for (int o = 0; o < Layout.Outputs; o++)
        {
            for (int i = 0; i < Layout.Inputs; i++)
                codes[(o * Layout.Inputs) + i] = (int)Code(Weights.Values[Layout.Index(o, i)], StepOf(o, i));
        }

        return codes;
    }
}

/// <summary>A quantized activation: one step, one code range.</summary>
public sealed class QuantizedTensor
{
    internal QuantizedTensor(string name, bool isSigned, Parameter step)
    {
        (Name, IsSigned, Step) = (name, isSigned, step);
        Low = new Control(name + "/low", [], new float[1]);
        High = new Control(name + "/high", [], new float[1]);
    }

    /// <summary>The float value's name in the graph.</summary>
    public string Name { get; }

    /// <summary>Whether codes may be negative.</summary>
    public bool IsSigned { get; }

    /// <summary>The learned step.</summary>
    public Parameter Step { get; }

    /// <summary>Present bits.</summary>
    public int Bits { get; private set; }

    internal Control Low { get; }

    internal Control High { get; }

    /// <summary>Sets the code range: 0 .. 2^a - 1, or -2^(a-1) .. 2^(a-1) - 1 where signed.</summary>
    public void SetBits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        Bits = bits;
        Low.Values[0] = IsSigned ? -(1 << (bits - 1)) : 0;
        High.Values[0] = IsSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
    }
}
