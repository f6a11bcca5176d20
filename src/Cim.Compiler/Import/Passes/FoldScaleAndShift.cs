using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards additions, subtractions, multiplications and divisions by a constant per channel are part of the Conv or
/// Gemm next to them: behind it always, before it a factor always and a shift where nothing is padded.
/// </summary>
internal sealed class FoldScaleAndShift : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
            if (node.Op is "Add" or "Sub" or "Mul" or "Div" && editor.Find(node.Name) is { } n) FoldBehind(editor, n);

        // Backwards, so that of several operations before a layer the nearest is folded first.
        foreach (Node node in graph.Nodes.Reverse())
            if (node.Op is "Add" or "Sub" or "Mul" or "Div" && editor.Find(node.Name) is { } n) FoldBefore(editor, n);
        return editor.Build();
    }

    private static void FoldBehind(GraphEditor editor, Node node)
    {
        int data = editor.Constant(node.Inputs[0]) is null ? 0 : 1;
        string value = node.Inputs[data], result = node.Outputs[0];
        if (LinearLayer.Before(editor, value) is not { } linear || editor.ShapeOf(value) != editor.ShapeOf(result)
            || !editor.CanRedirect(result, value))
            return;
        if (Read(editor, node, data, value, linear.Outputs) is not var (scale, shift)) return;
        linear.ScaleOutputs(editor, scale, shift);
        editor.Remove(node);
        editor.Redirect(result, value);
    }

    private static void FoldBefore(GraphEditor editor, Node node)
    {
        int data = editor.Constant(node.Inputs[0]) is null ? 0 : 1;
        string value = node.Inputs[data], result = node.Outputs[0];
        if (editor.OnlyReader(result) is not { } reader || reader.Inputs[0] != result || LinearLayer.Of(editor, reader) is not { } linear)
            return;
        if (editor.Constant(value) is not null || editor.ShapeOf(value) != editor.ShapeOf(result)) return;
        if (Read(editor, node, data, value, linear.Inputs) is not var (scale, shift)) return;
        if (linear.HasPadding && shift.AsSpan().ContainsAnyExcept(0f)) return;
        linear.ScaleInputs(editor, scale, shift);
        editor.Remove(node);
        editor.Redirect(result, value);
    }

    /// <summary>The node as y = scale * x + shift per channel (axis 1), or null.</summary>
    private static (float[] Scale, float[] Shift)? Read(GraphEditor editor, Node node, int data, string value, int channels)
    {
        Shape shape = editor.ShapeOf(value);
        if (shape.Rank < 2 || shape[1] != channels) return null;
        if (ChannelVector.Read(editor.Constant(node.Inputs[1 - data]), shape.Rank, 1, channels) is not { } c) return null;
        float[] ones = new float[channels];
        Array.Fill(ones, 1f);
        return (node.Op, data) switch
        {
            ("Add", _) => (ones, c),
            ("Sub", 0) => (ones, Array.ConvertAll(c, v => -v)),
            ("Sub", 1) => (Array.ConvertAll(ones, v => -v), c),
            ("Mul", _) => (c, new float[channels]),
            ("Div", 0) when !c.Contains(0f) => (Array.ConvertAll(c, v => (float)(1.0 / v)), new float[channels]),
            _ => null,
        };
    }
}
