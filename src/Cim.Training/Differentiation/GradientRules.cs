using Cim.Onnx.Proto;
using Cim.Training.Differentiation.Rules;
using Cim.Training.Quantization;

namespace Cim.Training.Differentiation;

/// <summary>The rules, found by operator.</summary>
internal static class GradientRules
{
    private static readonly IGradientRule[] _all =
    [
        new AddGradient(), new SubGradient(), new MulGradient(), new DivGradient(), new PowGradient(),
        new NegGradient(), new ExpGradient(), new LogGradient(), new SqrtGradient(), new ErfGradient(), new AbsGradient(),
        new ReluGradient(), new LeakyReluGradient(), new ClipGradient(), new SigmoidGradient(), new TanhGradient(),
        new HardSwishGradient(), new HardSigmoidGradient(), new SoftmaxGradient(), new LogSoftmaxGradient(),
        new MatMulGradient(), new GemmGradient(), new ConvGradient(),
        new BatchNormalizationGradient(), new LayerNormalizationGradient(),
        new MaxPoolGradient(), new AveragePoolGradient(), new GlobalAveragePoolGradient(),
        new ReshapeGradient(), new TransposeGradient(), new ConcatGradient(), new SplitGradient(),
        new SliceGradient(), new PadGradient(), new GatherGradient(), new ExpandGradient(), new IdentityGradient(),
        new ReduceMeanGradient(), new ReduceSumGradient(),
    ];

    private static readonly ICompositeOperator[] _composites =
    [
        new GeluComposite(), new BatchStatisticsNormalization(),
        new FakeQuantize(), new QuantizedLinear(),
    ];

    private static readonly Dictionary<string, IGradientRule> _byOperator = Index(_all);

    private static readonly Dictionary<string, ICompositeOperator> _byComposite =
        _composites.SelectMany(rule => rule.OperatorTypes.Select(type => (type, rule)))
            .ToDictionary(x => x.type, x => x.rule, StringComparer.Ordinal);

    // Index arithmetic and comparisons are constant almost everywhere.
    private static readonly HashSet<string> _constant = new(StringComparer.Ordinal)
    {
        "Shape", "Size", "ArgMax", "ArgMin", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Not", "And", "Or",
        "ConstantOfShape", "Round", "Floor", "Ceil", "Sign",
    };

    /// <summary>Operators with a rule, for documentation and tests.</summary>
    public static IReadOnlyCollection<string> Supported => _byOperator.Keys;

    /// <summary>The rule of a node, or null.</summary>
    public static IGradientRule? For(NodeProto node) => node.Domain == CompositeOperators.Domain
        ? _byComposite.GetValueOrDefault(node.OpType)
        : node.Domain.Length == 0 || node.Domain == "ai.onnx" ? _byOperator.GetValueOrDefault(node.OpType) : null;

    /// <summary>A composite operator by name.</summary>
    public static ICompositeOperator Composite(string operatorType) => _byComposite[operatorType];

    /// <summary>Whether the output's derivative is zero wherever it exists.</summary>
    public static bool StopsGradient(NodeProto node) => _constant.Contains(node.OpType);

    private static Dictionary<string, IGradientRule> Index(IEnumerable<IGradientRule> rules) =>
        rules.SelectMany(rule => rule.OperatorTypes.Select(type => (type, rule)))
            .ToDictionary(x => x.type, x => x.rule, StringComparer.Ordinal);
}
