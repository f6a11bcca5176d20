using Cim.Onnx.Building;
using Cim.Onnx.Proto;

namespace Cim.Training.Networks;

/// <summary>
/// How a weight tensor is laid out as the matrix a crossbar holds: Outputs columns by Inputs rows. Element (output, input) of the
/// tensor is at output * OutputStride + input * InputStride.
/// </summary>
/// <param name="Outputs">Columns: output channels.</param>
/// <param name="Inputs">Rows of one output: input channels of its group times kernel positions.</param>
/// <param name="OutputStride">Distance of neighbouring outputs.</param>
/// <param name="InputStride">Distance of neighbouring inputs.</param>
/// <param name="Strip">Length of a strip-weight's stride: kernel positions between input channels; 1 for a plain matrix.</param>
internal sealed record MatrixLayout(int Outputs, int Inputs, int OutputStride, int InputStride, int Strip)
{
    /// <summary>The layout of a node's weights.</summary>
    public static MatrixLayout Of(NodeProto node, Parameter weights)
    {
        int total = weights.Values.Length;
        if (node.OpType == "Conv" || Attributes.GetString(node, "operator", "") == "Conv")
        {
            int outputs = (int)weights.Dims[0];
            int positions = (int)Tensors.Count(weights.Dims.AsSpan(2));
            return new MatrixLayout(outputs, total / outputs, total / outputs, 1, positions);
        }

        bool transposed = Attributes.GetInt(node, "transB", 0) != 0;
        int columns = (int)weights.Dims[transposed ? 0 : 1];
        int rows = total / columns;
        return transposed ? new MatrixLayout(columns, rows, rows, 1, 1) : new MatrixLayout(columns, rows, 1, columns, 1);
    }

    /// <summary>Position of an element.</summary>
    public int Index(int output, int input) => (output * OutputStride) + (input * InputStride);

    /// <summary>Multiplies all weights of an output.</summary>
    public void ScaleOutput(float[] values, int output, float factor)
    {
        for (int i = 0; i < Inputs; i++)
            values[Index(output, i)] *= factor;
    }
}
