using Cim.Onnx.Proto;
using Cim.Training.Networks;

namespace Cim.Training.Differentiation;

/// <summary>A set of gradient rules, found by operator.</summary>
internal sealed class GradientRules
{
    // Index arithmetic and comparisons are constant almost everywhere.
    private static readonly HashSet<string> _constant = new(StringComparer.Ordinal)
    {
        "Shape", "Size", "ArgMax", "ArgMin", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Not", "And", "Or",
        "ConstantOfShape", "Round", "Floor", "Ceil", "Sign",
    };

    // Their outputs are no real numbers at all: there is nothing to miss.
    private static readonly HashSet<string> _whole = new(StringComparer.Ordinal)
    {
        "Shape", "Size", "ArgMax", "ArgMin", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Not", "And", "Or",
    };

    private readonly Dictionary<string, IGradientRule> _byOperator;
    private readonly Dictionary<string, ICompositeOperator> _byComposite;

    /// <param name="rules">Rules of ONNX operators and composite operators; one for each operator.</param>
    public GradientRules(IReadOnlyCollection<IGradientRule> rules)
    {
        _byOperator = Index(rules.Where(rule => rule is not ICompositeOperator));
        _byComposite = Index(rules.OfType<ICompositeOperator>());
    }

    /// <summary>ONNX operators with a rule, for documentation and tests.</summary>
    public IReadOnlyCollection<string> Supported => _byOperator.Keys;

    /// <summary>The rule of a node, or null.</summary>
    public IGradientRule? For(NodeProto node) => node.Domain == TrainingDomain.Name
        ? _byComposite.GetValueOrDefault(node.OpType)
        : node.Domain.Length == 0 || node.Domain == "ai.onnx" ? _byOperator.GetValueOrDefault(node.OpType) : null;

    /// <summary>A composite operator by name.</summary>
    public ICompositeOperator Composite(string operatorType) => _byComposite[operatorType];

    /// <summary>Whether the output's derivative is zero wherever it exists.</summary>
    public static bool StopsGradient(NodeProto node) => _constant.Contains(node.OpType);

    /// <summary>Whether the output is an integer or a truth value, which has no derivative to lose.</summary>
    public static bool IsWhole(NodeProto node) => _whole.Contains(node.OpType);

    private static Dictionary<string, T> Index<T>(IEnumerable<T> rules) where T : IGradientRule =>
        rules.SelectMany(rule => rule.OperatorTypes.Select(type => (type, rule)))
            .ToDictionary(x => x.type, x => x.rule, StringComparer.Ordinal);
}
