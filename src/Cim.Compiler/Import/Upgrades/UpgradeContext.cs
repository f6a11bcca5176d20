using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Upgrades;

/// <summary>What rewriting one node into newer operators needs to know and may add.</summary>
internal sealed class UpgradeContext
{
    private readonly Dictionary<string, Tensor> _constants;
    private readonly HashSet<string> _used;
    private readonly HashSet<string> _names;
    private readonly IReadOnlyDictionary<string, int> _declared;
    private readonly HashSet<string> _nodeNames = new(StringComparer.Ordinal);

    /// <param name="opset">The default domain's version.</param>
    /// <param name="constants">The model's constants; new ones are added here.</param>
    /// <param name="used">Every value some node or output reads.</param>
    /// <param name="declared">The ONNX types of integers that tensors hold in a wider type.</param>
    /// <param name="inputs">The graph's inputs.</param>
    public UpgradeContext(
        int opset, Dictionary<string, Tensor> constants, HashSet<string> used, IReadOnlyDictionary<string, int> declared,
        IEnumerable<string> inputs)
    {
        (Opset, _constants, _used, _declared) = (opset, constants, used, declared);
        _names = new HashSet<string>(used, StringComparer.Ordinal);
        _names.UnionWith(constants.Keys);
        _names.UnionWith(inputs);
    }

    private UpgradeContext(UpgradeContext other, int opset) =>
        (Opset, _constants, _used, _declared, _names, _nodeNames) =
            (opset, other._constants, other._used, other._declared, other._names, other._nodeNames);

    public int Opset { get; }

    /// <summary>The same model, for nodes written for another version.</summary>
    public UpgradeContext At(int opset) => new(this, opset);

    /// <summary>Notes values that nodes met later read.</summary>
    public void MarkUsed(IEnumerable<string> values) => _used.UnionWith(values);

    /// <summary>A node name no node has that was named here.</summary>
    public string FreshNode(string wanted)
    {
        string name = wanted;
        for (int i = 2; !_nodeNames.Add(name); i++) name = $"{wanted}_{i}";
        return name;
    }

    /// <summary>True if some node or a graph output reads the value.</summary>
    public bool IsUsed(string value) => value.Length > 0 && _used.Contains(value);

    public Tensor? Constant(string value) => _constants.GetValueOrDefault(value);

    /// <summary>The ONNX type of a constant or input whose integers a wider type holds; 0 for all others.</summary>
    public int DeclaredType(string value) => _declared.GetValueOrDefault(value);

    /// <summary>A value name nobody has.</summary>
    public string Fresh(string wanted)
    {
        string name = wanted;
        for (int i = 2; !_names.Add(name); i++) name = $"{wanted}_{i}";
        return name;
    }

    /// <summary>Adds a constant under a fresh name.</summary>
    public string Add(string wanted, Tensor value)
    {
        string name = Fresh(wanted);
        _constants.Add(name, value);
        return name;
    }

    public string Add(string wanted, ReadOnlySpan<long> values) => Add(wanted, Tensor.Create(new Shape(values.Length), values));

    /// <summary>Turns the output of a Constant node into a constant.</summary>
    public void Define(string value, Tensor tensor)
    {
        if (!_constants.TryAdd(value, tensor))
            throw new CimException(
                ErrorCodes.InvalidGraph, $"The graph is inconsistent: value '{value}' is defined twice. Export the model again.");
    }
}
