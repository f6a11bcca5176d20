namespace Cim.Training.Engine;

/// <summary>
/// Into how many parts ONNX Runtime cuts the work of one operator. It cuts by the number of its threads, and where it cuts decides in
/// which order some sums are added up: a matrix product of 64x784 by 784x512 has other last bits on four threads than on three, and a
/// training turns last bits into other weights. So the number is the same everywhere, whatever processors there are; where there are fewer,
/// they do the parts one after the other, at the same speed as if there were fewer parts (docs/training.md).
/// </summary>
public static class OperatorParts
{
    /// <summary>The parts of one operator.</summary>
    public const int Count = 4;
}
