using Cim.Runtime.Tensors;

namespace Cim.Compiler.Scheduling.Rows;

/// <summary>The rows of a value: the slices along one axis in the order in which they are computed, the unit that a schedule
/// moves.</summary>
/// <param name="Axis">The axis; -1 = the value is one piece.</param>
/// <param name="Count">How many rows.</param>
internal readonly record struct ValueRows(int Axis, int Count)
{
    /// <summary>A value in one piece.</summary>
    public static ValueRows Whole { get; } = new(-1, 1);

    /// <summary>Rows along an axis of a shape.</summary>
    public static ValueRows Along(int axis, Shape shape) => new(axis, Math.Max(1, shape[axis]));

    /// <summary>The rows of a value whose operator says nothing else: image rows, tokens, samples.</summary>
    public static ValueRows Of(Shape shape) => shape.Rank switch
    {
        <= 1 => Whole,
        2 => Along(0, shape),
        3 => Along(1, shape),
        _ => Along(2, shape),
    };
}
