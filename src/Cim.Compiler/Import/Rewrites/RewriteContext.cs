using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites;

/// <summary>One node being rewritten: what it reads, and the nodes that are written for it.</summary>
internal sealed class RewriteContext(RewriteOperators writer, Node node)
{
    private readonly int _from = writer.Count;
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);

    /// <summary>The node that is rewritten.</summary>
    public Node Node => node;

    public AttributeMap Attributes => node.Attributes;

    /// <summary>The version of the standard operators the model is written in.</summary>
    public int Opset => writer.Opset;

    /// <summary>True if an optional input is there.</summary>
    public bool Has(int input) => input < node.Inputs.Length && node.Inputs[input].Length > 0;

    /// <exception cref="CimException">CIM0004: the input is missing.</exception>
    public string Input(int index) => Has(index) ? node.Inputs[index] : throw Error($"input {index} is missing");

    /// <summary>The input, or the empty string.</summary>
    public string Optional(int index) => Has(index) ? node.Inputs[index] : "";

    /// <summary>True if some node or output reads an output of the node.</summary>
    public bool IsRead(int output) => output < node.Outputs.Length && writer.IsRead(node.Outputs[output]);

    public Shape ShapeOf(string value) => writer.Shapes.Info(value).Shape;

    public ElementType TypeOf(string value) => writer.Shapes.Info(value).Type;

    /// <summary>A value that depends neither on the inputs nor on the batch, or null.</summary>
    public Tensor? Constant(string value) => value.Length == 0 ? null : writer.Shapes.Constant(value);

    /// <summary>Writes a node and returns the name of its first output.</summary>
    public string Op(string op, ReadOnlySpan<string> inputs, AttributeMap? attributes = null) =>
        Op(op, inputs, attributes ?? AttributeMap.Empty, 1)[0];

    /// <summary>Writes a node with several outputs.</summary>
    public ImmutableArray<string> Op(string op, ReadOnlySpan<string> inputs, AttributeMap attributes, int outputs)
    {
        string nodeName = writer.FreshNode($"{node.Name}_{op}");
        var names = new string[outputs];
        for (int i = 0; i < outputs; i++) names[i] = writer.FreshValue(outputs == 1 ? $"{nodeName}_out" : $"{nodeName}_out{i}");
        string[] current = new string[inputs.Length];
        for (int i = 0; i < current.Length; i++) current[i] = _renamed.GetValueOrDefault(inputs[i], inputs[i]);
        writer.Write(new Node(op, nodeName, [.. current], [.. names], attributes));
        return [.. names];
    }

    /// <summary>Adds a constant.</summary>
    public string Constant(string wanted, Tensor value) => writer.AddConstant($"{node.Name}_{wanted}", value);

    public string Scalar(float value) => Constant("constant", Tensor.Scalar(value));

    public string Scalar(long value) => Constant("constant", Tensor.Scalar(value));

    public string Longs(params ReadOnlySpan<long> values) => Constant("values", Tensor.Create(new Shape(values.Length), values));

    /// <summary>Makes a value the output of the rewritten node; every output that is read needs one.</summary>
    public void Return(string value, int output = 0)
    {
        if (output >= node.Outputs.Length || node.Outputs[output].Length == 0) return;
        string name = node.Outputs[output];
        if (writer.Sequence(value) is { } sequence)
        {
            writer.DefineSequence(name, sequence);
            return;
        }

        if (!_renamed.ContainsKey(value) && writer.TryRename(value, name, _from)) _renamed.Add(value, name);
        else writer.Write(new Node("Identity", writer.FreshNode(node.Name), [_renamed.GetValueOrDefault(value, value)], [name],
            AttributeMap.Empty));
    }

    /// <summary>Makes a list of values the first output of the rewritten node.</summary>
    public void ReturnSequence(ImmutableArray<string> values) => writer.DefineSequence(node.Outputs[0], values);

    /// <summary>The values of a sequence.</summary>
    /// <exception cref="CimException">CIM0004: the value is no sequence.</exception>
    public ImmutableArray<string> Sequence(string value) => writer.Sequence(value) ?? throw Error($"'{value}' is no sequence");

    /// <summary>The writer itself, for what inlines other graphs.</summary>
    public RewriteOperators Writer => writer;

    /// <summary>The error for a variant that is not supported.</summary>
    public CimException Unsupported(string reason) =>
        new(ErrorCodes.UnsupportedOperators, $"Node '{node.Name}' ({node.Op}): {reason}. docs/operators.md lists what is supported.");

    /// <summary>The error for inputs or attributes that do not fit the operator.</summary>
    public CimException Error(string problem) => new(ErrorCodes.InvalidGraph, $"Node '{node.Name}' ({node.Op}): {problem}.");
}
