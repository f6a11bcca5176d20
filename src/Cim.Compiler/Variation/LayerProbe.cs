using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Variation;

/// <summary>
/// Tries one layer at other weight widths and on other cells: some of its columns, as a matrix that reads the sampled inputs.
/// Keeps what it has computed; not safe for several threads at once.
/// </summary>
internal sealed class LayerProbe
{
    /// <summary>Columns looked at; their errors are alike, and each has all positions.</summary>
    private const int Columns = 24;

    private readonly MvmLayer _source;
    private readonly HardwareProfile _profile;
    private readonly CrossbarLayer _layer; // the chosen columns, as a matrix
    private readonly LayerInputs _seen, _inputs; // with the residuals of all columns, and of the chosen ones
    private readonly ImmutableArray<int> _columns;
    private readonly byte[] _stored;
    private readonly Dictionary<int, CrossbarLayer> _widths = [];
    private readonly Dictionary<(int, CellLayout?), AdcCalibrator> _calibrators = [];

    /// <param name="source">The layer with its float weights.</param>
    /// <param name="full">The layer as lowered with some precision.</param>
    /// <param name="inputs">What it reads at that precision.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="among">Columns to take some of, of a layer of one group; null = all.</param>
    /// <param name="most">Columns looked at, at most.</param>
    public LayerProbe(MvmLayer source, CrossbarLayer full, LayerInputs inputs, HardwareProfile profile, ImmutableArray<int>? among = null,
        int most = Columns)
    {
        (_source, _profile, _seen, Full) = (source, profile, inputs, full);
        ImmutableArray<int> all = among ?? [.. Enumerable.Range(0, full.Outputs)];
        int columns = full.Groups == 1 ? Math.Min(all.Length, most) : full.Outputs;
        _columns = [.. Enumerable.Range(0, columns).Select(i => all[(int)((long)i * all.Length / columns)])];
        float[] residual = new float[inputs.Residual.Length == 0 ? 0 : inputs.Count * columns];
        for (int i = 0; i < residual.Length; i++) residual[i] = inputs.Residual[(i / columns * full.Outputs) + _columns[i % columns]];
        _inputs = inputs with { Residual = residual };
        _layer = full with
        {
            ColumnsPerGroup = columns / full.Groups, Geometry = null, PositionsPerImage = inputs.Count,
            Weights = Take(full.Weights), WeightScales = [.. _columns.Select(c => full.WeightScales[c])],
            Bias = [.. _columns.Select(c => full.Bias[c])],
        };
        int rows = full.RowsPerGroup;
        _stored = new byte[(long)inputs.Count * full.Groups * rows];
        for (int p = 0; p < inputs.Count; p++)
            for (int g = 0; g < full.Groups; g++)
            {
                ReadOnlySpan<short> x = inputs.Row(g, p, rows);
                for (int r = 0; r < rows; r++) _stored[(((p * full.Groups) + g) * rows) + r] = unchecked((byte)x[r]);
            }
    }

    /// <summary>The layer as lowered.</summary>
    public CrossbarLayer Full { get; }

    /// <summary>A probe of some columns of the same layer.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="most">How many of them are looked at, at most.</param>
    public LayerProbe Of(ImmutableArray<int> columns, int most = Columns) => new(_source, Full, _seen, _profile, columns, most);

    /// <summary>What the layer reads, with the residuals of the chosen columns.</summary>
    public LayerInputs Inputs => _inputs;

    /// <summary>True if the model brings the weights as integers, whose width cannot be chosen.</summary>
    public bool IsPrequantized => _source.WeightDequantize is not null;

    public bool UsesMinimum => IsPrequantized && Full.Weights.Span<sbyte>().Contains((sbyte)-(1 << (Full.WeightBits - 1)));

    /// <summary>The strips of the whole layer.</summary>
    public StripGrid Grid => StripGrid.Of(LayerShapes.Of(_source), _profile.Rows);

    /// <summary>The mapping of the whole layer.</summary>
    public LayerMapping Map(int weightBits, CellLayout layout) =>
        LayerMapper.Map(LayerShapes.Of(_source), weightBits, _profile, UsesMinimum, layout);

    /// <summary>The cost of the whole layer.</summary>
    public LayerCost Cost(int weightBits, CellLayout layout, int adcBits) =>
        CostModel.Of(LayerShapes.Of(_source), Map(weightBits, layout), weightBits, Full.Input.Bits, adcBits, _profile);

    /// <summary>The cost of the whole layer with columns in groups.</summary>
    public LayerCost Cost(ColumnGroups groups, int adcBits)
    {
        LayerShape shape = LayerShapes.Of(_source);
        return CostModel.Of(shape, ColumnMapper.AsCosted(ColumnGroupMapper.Map(shape, groups, _profile)),
            groups.Groups.Max(g => g.WeightBits), Full.Input.Bits, adcBits, _profile);
    }

    /// <summary>The output codes of the layer: its own, or for a real result as many bits as it reads over the range seen.</summary>
    public QuantizationParameters OutputCodes()
    {
        if (Full.Epilogue.Output is { } output) return output;
        double[] values = ColumnResults.Values(At(Full.WeightBits), _inputs, 1);
        double low = values.Min(), high = Math.Max(values.Max(), 1e-20);
        int bits = Full.Input.Bits;
        float scale = (float)(low < 0 ? Math.Max(-low, high) / ((1 << (bits - 1)) - 1) : high / ((1 << bits) - 1));
        return new QuantizationParameters(scale, 0, bits, low < 0);
    }

    /// <summary>What variation does to the output codes.</summary>
    /// <param name="weightBits">Width of the weights.</param>
    /// <param name="layout">Their cells.</param>
    /// <param name="adcBits">Resolution of conversions; 0 = the profile's.</param>
    /// <param name="codes">The output codes.</param>
    public OutputCodeErrors Errors(int weightBits, CellLayout layout, int adcBits, QuantizationParameters codes) =>
        OutputCodeErrors.Of(At(weightBits), _inputs, Predict(weightBits, layout, adcBits), codes);

    /// <summary>
    /// Information of the last bit of the codes in bits, given the bits above it: H(code) - H(code / 2) on the samples.
    /// </summary>
    public double LastBitInformation(QuantizationParameters codes) =>
        ColumnResults.LastBitInformation(ColumnResults.Values(At(Full.WeightBits), _inputs, codes.Scale), codes);

    /// <summary>
    /// Mean square change of the kept output, in steps of the codes, when weights have fewer bits; a constant change of an output
    /// does not count, its bias absorbs it.
    /// </summary>
    public double RoundingPower(int weightBits, QuantizationParameters codes) => RoundingPowers(weightBits, codes).Average();

    /// <summary>The same of every column looked at.</summary>
    public double[] RoundingPowers(int weightBits, QuantizationParameters codes) =>
        ColumnResults.Change(
            ColumnResults.Kept(At(Full.WeightBits), _inputs, codes), ColumnResults.Kept(At(weightBits), _inputs, codes), _inputs.Count);

    /// <summary>The same when the inputs have fewer bits.</summary>
    public double RoundingPower(QuantizationParameters narrower, QuantizationParameters codes)
    {
        float[] rounded = new float[_inputs.X.Length];
        for (int i = 0; i < rounded.Length; i++)
        {
            double real = (_inputs.X[i] - Full.Input.ZeroPoint) * (double)Full.Input.Scale;
            double q = Math.Clamp(Math.Round(real / narrower.Scale) + narrower.ZeroPoint, narrower.Min, narrower.Max);
            rounded[i] = (float)((q - narrower.ZeroPoint) * narrower.Scale / Full.Input.Scale);
        }

        return ColumnResults.Change(
            ColumnResults.Kept(_layer, _inputs, codes), ColumnResults.Kept(_layer, _inputs, codes, rounded), _inputs.Count).Average();
    }

    private AccumulatorErrors Predict(int weightBits, CellLayout layout, int adcBits) =>
        LayerErrorModel.Predict(Mapped(weightBits, layout, adcBits), _profile, _inputs);

    /// <summary>The chosen columns on cells, with calibrated converter ranges if the profile asks for them.</summary>
    /// <param name="weightBits">Width of the weights.</param>
    /// <param name="layout">Their cells; null = the profile's own way.</param>
    /// <param name="adcBits">Resolution of conversions; 0 = the profile's.</param>
    public CrossbarLayer Mapped(int weightBits, CellLayout? layout, int adcBits)
    {
        CrossbarLayer layer = At(weightBits) with
        {
            Mapping = LayerMapper.Map(Shape, weightBits, _profile, UsesMinimum, layout),
            AdcBits = adcBits,
        };
        bool measured = _profile.AdcRange.Policy is AdcRangePolicy.Calibrated or AdcRangePolicy.Granular;
        int bits = adcBits > 0 ? adcBits : _profile.AdcBits;
        if (!measured || bits <= 0) return layer;
        if (!_calibrators.TryGetValue((weightBits, layout), out AdcCalibrator? calibrator))
        {
            _calibrators[(weightBits, layout)] = calibrator = new AdcCalibrator(layer, _profile);
            calibrator.Observe(_stored, 1);
        }

        return layer with { AdcCalibration = calibrator.Choose(AdcRangeChoice.LeastSquares, bits) };
    }

    private LayerShape Shape => new(_layer.Name, _layer.Groups, _layer.RowsPerGroup, _layer.ColumnsPerGroup, _layer.PositionsPerImage);

    /// <summary>The chosen columns with weights rounded to a width.</summary>
    private CrossbarLayer At(int weightBits)
    {
        if (weightBits == Full.WeightBits) return _layer;
        if (_widths.TryGetValue(weightBits, out CrossbarLayer? known)) return known;
        LayerWeights weights = WeightQuantizer.Nearest(_source, weightBits, null);
        CrossbarLayer whole = LayerLowering.Clip(Full with
        {
            Mapping = LayerMapper.Map(LayerShapes.Of(_source), weightBits, _profile, UsesMinimum), WeightBits = weightBits,
            Weights = Tensor.Create<sbyte>(new Shape(Full.Outputs, Full.RowsPerGroup), [.. weights.Integers]),
            WeightScales = [.. weights.Scales],
            Bias = [.. Full.Bias.Select((b, i) => (int)Math.Round((double)b * Full.WeightScales[i] / weights.Scales[i]))],
        }, _profile);
        return _widths[weightBits] = _layer with
        {
            Weights = Take(whole.Weights), WeightBits = weightBits, WeightScales = [.. _columns.Select(c => whole.WeightScales[c])],
            Bias = [.. _columns.Select(c => whole.Bias[c])],
        };
    }

    private Tensor Take(Tensor weights)
    {
        int rows = Full.RowsPerGroup;
        sbyte[] taken = new sbyte[_columns.Length * rows];
        for (int i = 0; i < _columns.Length; i++) weights.Span<sbyte>().Slice(_columns[i] * rows, rows).CopyTo(taken.AsSpan(i * rows));
        return Tensor.Create<sbyte>(new Shape(_columns.Length, rows), taken);
    }
}
