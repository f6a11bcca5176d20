namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Where sums of several outputs go: a row of positions for each. Two words, so that it is passed in registers.</summary>
/// <param name="first">The first output's row.</param>
/// <param name="stride">Elements from one output's row to the next one's.</param>
internal readonly unsafe struct SumRows(int* first, nint stride)
{
    public readonly int* First = first;
    public readonly nint Stride = stride;
}
