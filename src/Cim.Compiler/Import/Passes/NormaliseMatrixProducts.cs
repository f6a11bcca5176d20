using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards every product with a constant matrix is a Gemm of one form: y = x * Wᵀ + bias with W [outputs, inputs]
/// (transB = 1, transA = 0, alpha = beta = 1) and bias [outputs]. A MatMul over more dimensions has them merged by a
/// Reshape before it and restored behind it; an addition of one value per output behind it has become its bias.
/// Quantized weights (behind a DequantizeLinear) keep their integers.
/// </summary>
internal sealed class NormaliseMatrixProducts : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op == "Gemm") Gemm(editor, node);
            else if (node.Op == "MatMul") MatMul(editor, ConstantOnTheRight(editor, node));
        }

        return editor.Build();
    }

    private static void Gemm(GraphEditor editor, Node node)
    {
        AttributeMap a = node.Attributes;
        bool transposed = a.Int("transB", 0) != 0;
        float alpha = a.Float("alpha", 1), beta = a.Float("beta", 1);
        if (editor.Constant(node.Inputs[0]) is not null || ConstantMatrix.Transposed(editor, node, transposed, alpha) is not { } weights)
            return;

        int outputs = editor.ShapeOf(node.Outputs[0])[1];
        string input = node.Inputs[0];
        if (a.Int("transA", 0) != 0)
        {
            Shape shape = editor.ShapeOf(input);
            string turned = editor.FreshValue(input + "_transposed");
            editor.Declare(turned, ElementType.Float32, new Shape(shape[1], shape[0]));
            editor.Replace(node, new Node(
                "Transpose", editor.FreshNode(node.Name + "_transpose"), [input], [turned], AttributeMap.Empty.With("perm", [1, 0])), node);
            input = turned;
        }

        string bias = "";
        string? leftOver = null;
        if (node.Inputs.Length > 2 && node.Inputs[2].Length > 0)
        {
            if (Bias(editor, node, beta, outputs) is { } found) bias = found;
            else leftOver = node.Inputs[2];
        }

        AttributeMap normal = AttributeMap.Empty.With("transB", 1);
        if (leftOver is null)
        {
            editor.Replace(
                node, new Node("Gemm", node.Name, bias.Length > 0 ? [input, weights, bias] : [input, weights], node.Outputs, normal));
            return;
        }

        // A bias that is computed, or that differs from row to row: an addition of its own.
        string product = editor.FreshValue(node.Outputs[0] + "_product");
        Node gemm = new("Gemm", node.Name, [input, weights], [product], normal);
        if (beta == 1)
        {
            editor.Replace(
                node, gemm, new Node("Add", editor.FreshNode(node.Name + "_add"), [product, leftOver], node.Outputs, AttributeMap.Empty));
            return;
        }

        string scaled = editor.FreshValue(leftOver + "_scaled");
        editor.Replace(node, gemm,
            new Node("Mul", editor.FreshNode(node.Name + "_beta"), [leftOver, editor.AddConstant(node.Name + "_beta", Tensor.Scalar(beta))],
                [scaled], AttributeMap.Empty),
            new Node("Add", editor.FreshNode(node.Name + "_add"), [product, scaled], node.Outputs, AttributeMap.Empty));
    }

    /// <summary>The bias as a constant (or dequantized constant) [outputs], or null if it is neither.</summary>
    private static string? Bias(GraphEditor editor, Node node, float beta, int outputs)
    {
        string name = node.Inputs[2];
        if (beta == 1 && editor.ShapeOf(name) == new Shape(outputs)
            && (editor.Constant(name) is not null || ConstantMatrix.IsDequantized(editor, name)))
            return name;
        if (ChannelVector.Read(editor.Constant(name), 2, 1, outputs) is not { } values) return null;
        for (int i = 0; i < values.Length; i++) values[i] *= beta;
        return editor.AddConstant(name, Tensor.Create<float>(new Shape(outputs), values));
    }

    /// <summary>A * x with a constant matrix A is (xᵀ * Aᵀ)ᵀ; the node returned has its constant, if any, on the right.</summary>
    private static Node ConstantOnTheRight(GraphEditor editor, Node node)
    {
        Shape left = editor.ShapeOf(node.Inputs[0]), right = editor.ShapeOf(node.Inputs[1]);
        bool constantLeft = editor.Constant(node.Inputs[0]) is { Type: ElementType.Float32 }
            || ConstantMatrix.IsDequantized(editor, node.Inputs[0]);
        if (!constantLeft || left.Rank != 2 || right.Rank < 2 || editor.Constant(node.Inputs[1]) is not null || right.Dims.Any(d => d == 0))
            return node;
        if (ConstantMatrix.Transposed(
            editor, node with { Inputs = [node.Inputs[1], node.Inputs[0]] }, transposed: false, 1, inGraph: node) is not { } turned)
            return node;

        long[] perm = [.. Enumerable.Range(0, right.Rank).Select(i => (long)i)];
        (perm[^1], perm[^2]) = (perm[^2], perm[^1]);
        string x = editor.FreshValue(node.Inputs[1] + "_transposed"), product = editor.FreshValue(node.Outputs[0] + "_transposed");
        int[] turnedInput = [.. right.Dims], turnedOutput = [.. editor.ShapeOf(node.Outputs[0]).Dims];
        (turnedInput[^1], turnedInput[^2]) = (turnedInput[^2], turnedInput[^1]);
        (turnedOutput[^1], turnedOutput[^2]) = (turnedOutput[^2], turnedOutput[^1]);
        editor.Declare(x, ElementType.Float32, new Shape(turnedInput));
        editor.Declare(product, ElementType.Float32, new Shape(turnedOutput));
        Node inner = new("MatMul", node.Name, [x, turned], [product], AttributeMap.Empty);
        editor.Replace(node,
            new Node("Transpose", editor.FreshNode(node.Name + "_transpose"), [node.Inputs[1]], [x], AttributeMap.Empty.With("perm", perm)),
            inner,
            new Node("Transpose", editor.FreshNode(node.Name + "_restore"), [product], node.Outputs,
                AttributeMap.Empty.With("perm", perm)));
        return inner;
    }

    private static void MatMul(GraphEditor editor, Node node)
    {
        Shape input = editor.ShapeOf(node.Inputs[0]), output = editor.ShapeOf(node.Outputs[0]);
        if (input.Rank < 2 || editor.Constant(node.Inputs[0]) is not null || editor.ShapeOf(node.Inputs[1]).Rank != 2) return;
        if (input[input.Rank - 1] <= 0) return;
        if (ConstantMatrix.Transposed(editor, node, transposed: false, 1) is not { } weights) return;

        int outputs = output[output.Rank - 1];
        string result = node.Outputs[0];
        string bias = "";
        Node? add = editor.OnlyReader(result) is { Op: "Add" } reader ? reader : null;
        if (add is not null)
        {
            string other = add.Inputs[add.Inputs[0] == result ? 1 : 0];
            if (editor.ShapeOf(add.Outputs[0]) == output
                && ChannelVector.Read(editor.Constant(other), output.Rank, output.Rank - 1, outputs) is { } values)
            {
                bias = editor.Constant(other)!.Shape == new Shape(outputs)
                    ? other
                    : editor.AddConstant(other, Tensor.Create<float>(new Shape(outputs), values));
                result = add.Outputs[0];
                editor.Remove(add);
            }
        }

        AttributeMap normal = AttributeMap.Empty.With("transB", 1);
        string[] Inputs(string x) => bias.Length > 0 ? [x, weights, bias] : [x, weights];
        if (input.Rank == 2)
        {
            editor.Replace(node, new Node("Gemm", node.Name, [.. Inputs(node.Inputs[0])], [result], normal));
            return;
        }

        if (FixShapeInputs.TargetOf(output) is not { } restored) return;
        string rows = editor.FreshValue(node.Inputs[0] + "_rows"), product = editor.FreshValue(result + "_rows");
        editor.Replace(node,
            FixShapeInputs.Reshape(editor, editor.FreshNode(node.Name + "_rows"), node.Inputs[0], rows, [-1, input[input.Rank - 1]]),
            new Node("Gemm", node.Name, [.. Inputs(rows)], [product], normal),
            FixShapeInputs.Reshape(editor, editor.FreshNode(node.Name + "_restore"), product, result, restored));
    }
}
