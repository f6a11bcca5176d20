using Cim.Training.Networks;

namespace Cim.Training.Quantization;

/// <summary>
/// One matrix layer of a fake-quantized network. Bits are set through controls, so no session is rebuilt when they change.
/// </summary>
public sealed class QuantizedLayer
{
    /// <summary>Part of a step a weight is put off its integer at most; less than a half, so that it is still rounded to it.</summary>
    private const float MostOffInteger = 0.45f;

    internal QuantizedLayer(
        string name, Parameter weights, Parameter weightStep, MatrixLayout layout, QuantizedTensor input, bool hasStrips = false)
    {
        (Name, Weights, WeightStep, Layout, Input) = (name, weights, weightStep, layout, input);
        (long[] dims, int count) = hasStrips ? (weights.Dims, weights.Values.Length) : ([], 1);
        Low = new Control(name + "/weight_low", dims, new float[count]);
        High = new Control(name + "/weight_high", dims, new float[count]);
        Offset = new Control(name + "/weight_offset", [], new float[1]);
        Spacing = new Control(name + "/weight_spacing", dims, new float[count]);
        StepRate = hasStrips ? new Control(name + "/weight_step_rate", weightStep.Dims, new float[weightStep.Values.Length]) : null;
    }

    /// <summary>The node's name, or its output's.</summary>
    public string Name { get; }

    /// <summary>Float weights.</summary>
    public Parameter Weights { get; }

    /// <summary>Learned steps, one per output channel (or strip).</summary>
    public Parameter WeightStep { get; }

    /// <summary>The quantized tensor the layer reads.</summary>
    public QuantizedTensor Input { get; }

    /// <summary>Present weight bits; 1 = binary. Of the widest strip where strips differ.</summary>
    public int WeightBits { get; private set; }

    /// <summary>Whether strips may have widths of their own: code ranges then are tensors like the weights.</summary>
    public bool HasStrips => StepRate is not null;

    internal MatrixLayout Layout { get; }

    internal Control Low { get; }

    internal Control High { get; }

    internal Control Offset { get; }

    internal Control Spacing { get; }

    /// <summary>Factor of the gradient of each step of a layer with strips.</summary>
    internal Control? StepRate { get; }

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
        Array.Fill(High.Values, high);
        Array.Fill(Low.Values, -high);
        Offset.Values[0] = bits == 1 ? -1 : 0;
        Array.Fill(Spacing.Values, bits == 1 ? 2 : 1);
        if (StepRate is not null)
            Array.Fill(StepRate.Values, (float)(1 / Math.Sqrt((double)Weights.Values.Length / WeightStep.Values.Length * high)));
    }

    /// <summary>Sets the code range of every strip: multiples of 2^shift up to 2^shift (2^(bits-1) - 1), or nothing but 0.</summary>
    /// <exception cref="InvalidOperationException">The layer was made without strips.</exception>
    public void SetStrips(StripPrecision strips)
    {
        ArgumentNullException.ThrowIfNull(strips);
        if (StepRate is null)
            throw new InvalidOperationException($"Layer '{Name}' was made with one width; name it in the strips of the options");
        WeightBits = strips.Widest;
        Offset.Values[0] = 0;
        for (int o = 0; o < Layout.Outputs; o++)
        {
            double size = 0;
            for (int i = 0; i < Layout.Inputs; i++)
            {
                (float levels, float unit) = (strips.Levels(o, i), strips.Unit(o, i));
                int element = Layout.Index(o, i);
                High.Values[element] = levels * unit;
                Low.Values[element] = -levels * unit;
                Spacing.Values[element] = unit;
                size += levels * Math.Pow(unit, 4);
            }

            StepRate.Values[o] = size > 0 ? (float)(1 / Math.Sqrt(size)) : 0;
        }
    }

    /// <summary>
    /// Puts every weight where it is wanted, but within the integer it has, so that no integer changes. Weights that all begin in the
    /// middle of their integers first have to travel half a step, which in a strip of few bits is as far as a weight is large.
    /// </summary>
    /// <param name="wanted">Real weights [outputs, inputs], row-major; those of strips of no bits are left alone.</param>
    public void MoveWithinIntegers(ReadOnlySpan<float> wanted)
    {
        if (wanted.Length != Weights.Values.Length)
            throw new ArgumentException($"Layer '{Name}' has {Weights.Values.Length} weights, not {wanted.Length}", nameof(wanted));
        for (int o = 0; o < Layout.Outputs; o++)
        {
            for (int i = 0; i < Layout.Inputs; i++)
            {
                int element = Layout.Index(o, i);
                if (HighOf(element) == 0)
                    continue;
                float step = StepOf(o, i);
                float code = Code(element, Weights.Values[element], step);
                float off = MostOffInteger * Spacing.Values[HasStrips ? element : 0];
                Weights.Values[element] = step * Math.Clamp(wanted[(o * Layout.Inputs) + i] / step, code - off, code + off);
            }
        }
    }

    /// <summary>The largest code of an element of the weight tensor.</summary>
    internal float HighOf(int element) => High.Values[HasStrips ? element : 0];

    /// <summary>The integer code of an element of the weight tensor if it had a weight.</summary>
    internal float Code(int element, float weight, float step)
    {
        int range = HasStrips ? element : 0;
        float clipped = Math.Clamp(weight / step, Low.Values[range], High.Values[range]);
        return (MathF.Round(
            (clipped - Offset.Values[0]) / Spacing.Values[range], MidpointRounding.ToEven) * Spacing.Values[range]) + Offset.Values[0];
    }

    /// <summary>The step of an element.</summary>
    internal float StepOf(int output, int input) =>
        WeightStep.Values.Length == Layout.Outputs
            ? WeightStep.Values[output]
            : WeightStep.Values[(output * Layout.Strip) + (input % Layout.Strip)];

    /// <summary>Integer weights [outputs, inputs], row-major, and the step of each output.</summary>
    public int[] Codes()
    {
        var codes = new int[Layout.Outputs * Layout.Inputs];
        for (int o = 0; o < Layout.Outputs; o++)
        {
            for (int i = 0; i < Layout.Inputs; i++)
            {
                int element = Layout.Index(o, i);
                codes[(o * Layout.Inputs) + i] = (int)Code(element, Weights.Values[element], StepOf(o, i));
            }
        }

        return codes;
    }
}

/// <summary>A quantized activation: one step, one code range.</summary>
public sealed class QuantizedTensor
{
    internal QuantizedTensor(string name, bool isSigned, int zeroPoint, Parameter step)
    {
        (Name, IsSigned, ZeroPoint, Step) = (name, isSigned, zeroPoint, step);
        Low = new Control(name + "/low", [], new float[1]);
        High = new Control(name + "/high", [], new float[1]);
    }

    /// <summary>The float value's name in the graph.</summary>
    public string Name { get; }

    /// <summary>Whether the integers are stored with a sign.</summary>
    public bool IsSigned { get; }

    /// <summary>The stored integer that stands for 0; a code is an integer less this. Not 0 only where integers are unsigned.</summary>
    public int ZeroPoint { get; }

    /// <summary>The learned step.</summary>
    public Parameter Step { get; }

    /// <summary>Present bits.</summary>
    public int Bits { get; private set; }

    internal Control Low { get; }

    internal Control High { get; }

    /// <summary>The largest magnitude of a code, but for the one more that a sign has below.</summary>
    internal float LargestCode => Math.Max(High.Values[0], ZeroPoint);

    /// <summary>Sets the code range: 0 .. 2^a - 1 less the zero point, or -2^(a-1) .. 2^(a-1) - 1 where signed.</summary>
    public void SetBits(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 8);
        Bits = bits;
        if (ZeroPoint >= (1 << bits) - 1)
            throw new ArgumentOutOfRangeException(
                nameof(bits), bits, $"tensor '{Name}' has the zero point {ZeroPoint}, which leaves no positive code of {bits} bits");
        Low.Values[0] = IsSigned ? -(1 << (bits - 1)) : -ZeroPoint;
        High.Values[0] = IsSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1 - ZeroPoint;
    }
}
