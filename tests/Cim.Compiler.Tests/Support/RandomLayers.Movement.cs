namespace Cim.Compiler.Tests.Support;

/// <content>Networks that move values between layers, and ones whose layers see another leading dimension than the samples.</content>
internal sealed partial class RandomLayers
{
    /// <summary>Rows of networks whose number of rows is fixed.</summary>
    public const int FixedRowCount = 6;

    /// <summary>The kind of <see cref="Moved"/>.</summary>
    public const int MovedKind = 7;

    /// <summary>
    /// Signed values on their way to a layer through pooling, slices, transpositions, splits and concatenations: what ONNX Runtime moves
    /// quantizers over.
    /// </summary>
    private string Moved()
    {
        int channels = 2 * (1 + _random.Next(2)), size = 4 + (2 * _random.Next(2));
        string x = Input(channels, size, size);
        if (_random.Next(2) == 0) x = Conv(x, channels, channels, 3);
        x = Signed(x);
        for (int i = 1 + _random.Next(4); i > 0; i--)
        {
            switch (_random.Next(5))
            {
                case 0 when size % 2 == 0 && size > 2:
                    (x, size) = (Op("MaxPool", x, ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })), size / 2);
                    break;
                case 1:
                    x = Op("Transpose", x, ("perm", new[] { 0, 1, 3, 2 }));
                    break;
                case 2:
                    x = Op("Concat", $"{Part(x, channels / 2, channels)} {Part(x, 0, channels / 2)}", ("axis", 1));
                    break;
                case 3 when channels > 2:
                    (x, channels) = (OneOfTwo(x, channels), channels / 2);
                    break;
                default:
                    // Beside its own positive part, which alone would be quantized without a sign.
                    (x, channels) = (Op("Concat", $"{Op("Relu", x)} {x}", ("axis", 1)), 2 * channels);
                    break;
            }
        }

        if (_random.Next(2) == 0) x = Signed(Conv(x, channels, channels, 1));
        x = Op("Flatten", x);
        Features = channels * size * size;
        return Dense(x, 1 + _random.Next(2));
    }

    /// <summary>Layers over rows that are not the samples: all rows of all samples, or the samples second.</summary>
    private string Rows()
    {
        const int Rows = 5, Width = 6;
        string x = Input(Rows, Width), shape = Fresh("shape"), back = Fresh("shape");
        int outputs = 2 + _random.Next(4);
        _model.Ints(back, -1, Rows * outputs);
        switch (_random.Next(3))
        {
            case 0:
                _model.Ints(shape, -1, Width);
                x = Activation(Op("Gemm", $"{Op("Reshape", $"{x} {shape}")} {Weight(outputs, Width)}", ("transB", 1)));
                break;
            case 1:
                x = Op("MatMul", $"{Op("Transpose", x, ("perm", new[] { 1, 0, 2 }))} {Weight(Width, outputs)}");
                x = Op("Transpose", Activation(x), ("perm", new[] { 1, 0, 2 }));
                break;
            default:
                _model.Ints(shape, -1, 1, Width);
                x = Op("Conv", $"{Op("Reshape", $"{x} {shape}")} {Weight(outputs, 1, Width)}", ("kernel_shape", new[] { Width }));
                x = Activation(x);
                break;
        }

        x = Op("Reshape", $"{x} {back}");
        Features = Rows * outputs;
        return Dense(x, 1);
    }

    /// <summary>A fixed number of rows: samples, or the channels, positions or rivals of one.</summary>
    private string FixedRows()
    {
        const int Width = 8;
        _model.Input("x", FixedRowCount, Width);
        Features = Width;
        int outputs = 2 + _random.Next(3);
        switch (_random.Next(4))
        {
            case 0:
                return Dense("x", 2);
            case 1:
                string channels = Fresh("shape");
                _model.Ints(channels, 1, FixedRowCount, Width);
                string image = Op("Conv", $"{Op("Reshape", $"x {channels}")} {Weight(outputs, FixedRowCount, 3)}",
                    ("kernel_shape", new[] { 3 }));
                Features = outputs * (Width - 2);
                return Dense(Op("Flatten", Activation(image)), 1);
            case 2:
                return Dense(Op("Softmax", Linear("x", Width, Width), ("axis", 0)), 1);
            default:
                string all = Fresh("shape");
                _model.Ints(all, 1, FixedRowCount * Width);
                Features = FixedRowCount * Width;
                return Dense(Op("Reshape", $"x {all}"), 2);
        }
    }

    private string Signed(string x) => _random.Next(4) switch
    {
        0 => Op("LeakyRelu", x, ("alpha", 0.1f)),
        1 => Op("HardSwish", x),
        2 => Op("Tanh", x),
        _ => x,
    };

    private string Part(string x, int start, int end)
    {
        string name = Fresh("part");
        _model.Ints(name + "s", start).Ints(name + "e", end).Ints(name + "a", 1);
        return Op("Slice", $"{x} {name}s {name}e {name}a");
    }

    private string OneOfTwo(string x, int channels)
    {
        string kept = Fresh("v"), unread = _random.Next(2) == 0 ? Fresh("v") : "_", sizes = Fresh("sizes");
        _model.Ints(sizes, channels / 2, channels / 2)
            .Node(Fresh("Split"), "Split", $"{x} {sizes}", unread != "_" && _random.Next(2) == 0 ? $"{unread} {kept}" : $"{kept} {unread}",
                ("axis", 1));
        return kept;
    }
}
