using System.Globalization;
using System.Text;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>The graph as text, one node a line: what <c>--dump</c> writes and tests compare.</summary>
internal static class GraphText
{
    /// <summary>What the first line starts with.</summary>
    public const string Title = "graph ";

    public static string Write(Graph graph)
    {
        var text = new StringBuilder();
        text.Append(Title).Append(graph.Name).Append('\n');
        foreach (string input in graph.Inputs) text.Append("  input ").Append(Typed(graph, input)).Append('\n');
        foreach ((string name, Tensor value) in graph.Constants.OrderBy(c => c.Key, StringComparer.Ordinal))
            text.Append("  constant ").Append(Typed(graph, name)).Append(" = ").Append(Content(value)).Append('\n');
        foreach (Node node in graph.Nodes)
        {
            text.Append("  ").AppendJoin(", ", node.Outputs.Select(o => o.Length == 0 ? "_" : Typed(graph, o)))
                .Append(" = ").Append(node.Op).Append('(').AppendJoin(", ", node.Inputs.Select(i => i.Length == 0 ? "_" : i)).Append(')');
            foreach ((string name, AttributeValue value) in node.Attributes.Values)
                text.Append(' ').Append(name).Append('=').Append(Format(value));
            text.Append("  # ").Append(node.Name).Append('\n');
        }

        foreach (string output in graph.Outputs) text.Append("  output ").Append(output).Append('\n');
        return text.ToString();
    }

    private static string Typed(Graph graph, string value) =>
        graph.Values.TryGetValue(value, out ValueInfo? info) ? $"{value}: {info.Type}{info.Shape}" : value;

    private static string Content(Tensor value)
    {
        if (value.Length > 8) return "...";
        IEnumerable<object> elements = value.Type switch
        {
            ElementType.Float32 => value.Span<float>().ToArray().Cast<object>(),
            ElementType.Int64 => value.Span<long>().ToArray().Cast<object>(),
            ElementType.Int32 => value.Span<int>().ToArray().Cast<object>(),
            ElementType.Int8 => value.Span<sbyte>().ToArray().Cast<object>(),
            _ => value.Data.ToArray().Cast<object>(),
        };
        return "[" + string.Join(",", elements.Select(e => System.Convert.ToString(e, CultureInfo.InvariantCulture))) + "]";
    }

    private static string Format(AttributeValue value) => value switch
    {
        AttributeValue.Int i => i.Value.ToString(CultureInfo.InvariantCulture),
        AttributeValue.Float f => f.Value.ToString("R", CultureInfo.InvariantCulture),
        AttributeValue.String s => $"\"{s.Value}\"",
        AttributeValue.Ints i => "[" + string.Join(",", i.Values) + "]",
        AttributeValue.Floats f => "[" + string.Join(",", f.Values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))) + "]",
        AttributeValue.TensorValue t => $"{t.Value.Type}{t.Value.Shape}{Content(t.Value)}",
        _ => "?",
    };
}
