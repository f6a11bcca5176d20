using System.Globalization;

namespace Cim.Compiler.Tests.Support;

/// <summary>Small networks of random structure: what exporters write, with names they write, in a few kilobytes.</summary>
internal sealed partial class RandomLayers
{
    private static readonly string[] _oddNames = ["Add", "Conv", "a/b:0", "x_quantized", "Clip", "QuantizeLinear", "schön", "Mul_1"];

    private readonly Random _random;
    private readonly ModelBuilder _model;
    private readonly bool _hasOddNames;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _count;

    private RandomLayers(int seed)
    {
        _random = new Random(seed);
        _model = new ModelBuilder(seed: seed);
        _hasOddNames = _random.Next(3) == 0;
    }

    /// <summary>Kinds of networks.</summary>
    public const int Kinds = 11;

    /// <summary>A network of a kind; its input is "x", its output "y".</summary>
    public static byte[] Of(int kind, int seed)
    {
        var network = new RandomLayers(seed);
        string end = kind switch
        {
            0 => network.Dense(network.Input(1 + network._random.Next(12)), 1 + network._random.Next(3)),
            1 => network.Images(),
            2 => network.Residual(),
            3 => network.Branches(),
            4 => network.Attention(),
            5 => network.Constant(),
            6 => network.Sequence(),
            MovedKind => network.Moved(),
            8 => network.Rows(),
            9 => network.FixedRows(),
            _ => network.Enlarged(),
        };
        network.End(end);
        return network._model.Bytes;
    }

    private int Features { get; set; }

    private string Input(params int[] dims)
    {
        _model.Input("x", [-1, .. dims]);
        Features = dims[^1];
        return "x";
    }

    private string Fresh(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{_count++}");

    private string Op(string op, string inputs, params (string Name, object Value)[] attributes)
    {
        string output = Fresh("v");
        string name = _hasOddNames && _random.Next(2) == 0 ? _oddNames[_random.Next(_oddNames.Length)] : $"{op}_{output}";
        _model.Node(_names.Add(name) ? name : $"{name}.{output}", op, inputs, output, attributes);
        return output;
    }

    private string Weight(params int[] dims)
    {
        string name = Fresh("w");
        _model.Weight(name, dims);
        return name;
    }

    private string Bias(int outputs)
    {
        string name = Fresh("b");
        _model.Uniform(name, -0.3f, 0.3f, outputs);
        return name;
    }

    private string Activation(string x)
    {
        switch (_random.Next(7))
        {
            case 0: return x;
            case 1: return Op("LeakyRelu", x, ("alpha", 0.1f));
            case 2: return Op("Tanh", x);
            case 3: return Op("Sigmoid", x);
            case 4: return Op("HardSigmoid", x);
            case 5:
                string low = Fresh("low"), high = Fresh("high");
                _model.Scalar(low, 0).Scalar(high, 6);
                return Op("Clip", $"{x} {low} {high}");
            default: return Op("Relu", x);
        }
    }

    private string Linear(string x, int inputs, int outputs) => _random.Next(4) switch
    {
        0 => Op("Gemm", $"{x} {Weight(outputs, inputs)} {Bias(outputs)}", ("transB", 1)),
        1 => Op("Gemm", $"{x} {Weight(inputs, outputs)}"),
        2 => Op("MatMul", $"{x} {Weight(inputs, outputs)}"),
        _ => Op("Add", $"{Op("MatMul", $"{x} {Weight(inputs, outputs)}")} {Bias(outputs)}"),
    };

    private string Dense(string x, int layers)
    {
        for (int i = 0; i < layers; i++)
        {
            int outputs = i == layers - 1 ? 1 + _random.Next(6) : 1 + _random.Next(16);
            x = Linear(x, Features, outputs);
            Features = outputs;
            if (i < layers - 1) x = Activation(x);
        }

        return x;
    }

    private string Conv(string x, int inputs, int outputs, int kernel, int stride = 1, int groups = 1)
    {
        int pad = kernel / 2;
        string bias = _random.Next(2) == 0 ? " " + Bias(outputs) : "";
        return Op("Conv", $"{x} {Weight(outputs, inputs / groups, kernel, kernel)}{bias}",
            ("kernel_shape", new[] { kernel, kernel }), ("pads", new[] { pad, pad, pad, pad }), ("strides", new[] { stride, stride }),
            ("group", groups));
    }

    private string Images()
    {
        int channels = 1 + _random.Next(3), size = 6;
        string x = Input(channels, size, size);
        int c = 2 * (1 + _random.Next(3));
        x = Activation(Conv(x, channels, c, _random.Next(2) == 0 ? 1 : 3));
        if (_random.Next(2) == 0) x = Activation(Conv(x, c, c, 3, groups: _random.Next(2) == 0 ? c : 2));
        if (_random.Next(2) == 0)
            (x, size) = (Op(_random.Next(2) == 0
                ? "MaxPool"
                : "AveragePool", x, ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 })), size / 2);
        return ToDense(x, c, size);
    }

    private string ToDense(string x, int channels, int size)
    {
        bool isGlobal = _random.Next(2) == 0;
        x = Op("Flatten", isGlobal ? Op("GlobalAveragePool", x) : x);
        Features = isGlobal ? channels : channels * size * size;
        return Dense(x, 1 + _random.Next(2));
    }

    private string Residual()
    {
        string x = Activation(Conv(Input(2, 5, 5), 2, 4, 3));
        for (int i = 1 + _random.Next(2); i > 0; i--)
            x = Activation(Op("Add", $"{Conv(Activation(Conv(x, 4, 4, 3)), 4, 4, 1)} {x}"));
        return ToDense(x, 4, 5);
    }

    private string Branches()
    {
        string x = Activation(Linear(Input(8), 8, 8)), name = Fresh("axes");
        _model.Ints(name + "s", 0).Ints(name + "e", 4).Ints(name + "a", 1).Ints(name + "l", 3, 5);
        string left = Op("Slice", $"{x} {name}s {name}e {name}a"), right = Activation(Linear(x, 8, 3));
        if (_random.Next(2) == 0)
        {
            // Only one part of a Split is read.
            string kept = Fresh("v"), unread = Fresh("v");
            _model.Node(
                Fresh("Split"), "Split", $"{x} {name}l", _random.Next(2) == 0 ? $"{kept} {unread}" : $"{unread} {kept}", ("axis", 1));
            right = Op("Concat", $"{right} {kept}", ("axis", 1));
            Features = 4 + 3 + (_model.Model.Graph.Node.Last(n => n.OpType == "Split").Output[0] == kept ? 3 : 5);
        }
        else Features = 4 + 3;
        return Dense(Op("Concat", $"{left} {right}", ("axis", 1)), 1 + _random.Next(2));
    }

    private string Attention()
    {
        const int Tokens = 4, Width = 6;
        string x = Input(Tokens, Width), scale = Fresh("g"), shift = Fresh("g");
        _model.Uniform(scale, 0.5f, 1.5f, Width).Uniform(shift, -0.2f, 0.2f, Width);
        string Product(string v) => Op("MatMul", $"{v} {Weight(Width, Width)}");
        string q = Product(x), k = Op("Transpose", Product(x), ("perm", new[] { 0, 2, 1 })), v = Product(x);
        string mixed = Op("MatMul", $"{Op("Softmax", Op("MatMul", $"{q} {k}"), ("axis", -1))} {v}");
        x = Op("LayerNormalization", $"{Op("Add", $"{mixed} {x}")} {scale} {shift}", ("axis", -1));
        x = Op("Flatten", x);
        Features = Tokens * Width;
        return Dense(x, 1);
    }

    private string Constant()
    {
        string x = Input(4), zero = Fresh("w");
        _model.Uniform(zero, 0, 0, 4, 5);
        x = Activation(Op("MatMul", $"{x} {zero}"));
        Features = 5;
        return Dense(x, 1);
    }

    private string Sequence()
    {
        string x = Input(2, 9);
        x = Activation(Op("Conv", $"{x} {Weight(3, 2, 3)}", ("kernel_shape", new[] { 3 })));
        x = Op("Flatten", x);
        Features = 3 * 7;
        return Dense(x, 1);
    }

    /// <summary>A transposed convolution behind an ordinary one, as decoders have it.</summary>
    private string Enlarged()
    {
        int kernel = 2 + _random.Next(3), pad = _random.Next(2), size = (2 * 3) + kernel - (2 * pad);
        string x = Activation(Conv(Input(2, 4, 4), 2, 4, 3));
        x = Activation(Op("ConvTranspose", $"{x} {Weight(4, 3, kernel, kernel)} {Bias(3)}", ("strides", new[] { 2, 2 }),
            ("pads", new[] { pad, pad, pad, pad })));
        return ToDense(x, 3, size);
    }

    private void End(string x)
    {
        int end = _random.Next(8);
        string op = end switch { 0 => "Softmax", 1 when Features == 1 => "Sigmoid", 2 => "ArgMax", 3 => "Relu", _ => "Identity" };
        _model.Node("last", op, x, "y", op is "ArgMax" ? [("axis", 1), ("keepdims", 0)] : op is "Softmax" ? [("axis", 1)] : [])
            .Output("y", op == "ArgMax" ? 7 : 1);
    }
}
