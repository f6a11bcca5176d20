using Cim.Runtime.Operators.Movement;

namespace Cim.Runtime.Operators.Reduction;

/// <summary>Brings the reduced axes innermost so that every reduction is a function of one contiguous row.</summary>
internal sealed class ReducedRows
{
    private readonly StridedCopy? _gather;

    public ReducedRows(TensorInfo input, bool[] reduced)
    {
        int rank = input.Shape.Rank;
        int[] order = [.. Enumerable.Range(0, rank).Where(i => !reduced[i]), .. Enumerable.Range(0, rank).Where(i => reduced[i])];
        int[] own = input.Shape.Strides();
        int[] dims = [.. order.Select(i => input.Shape[i])], strides = [.. order.Select(i => own[i])];
        (Rows, Length) = (1, 1);
        for (int i = 0; i < rank; i++)
        {
            if (reduced[i]) Length = checked(Length * input.Shape[i]);
            else Rows = checked(Rows * input.Shape[i]);
        }

        int[] moving = [.. order.Where(i => input.Shape[i] != 1)];
        if (moving.SequenceEqual(moving.Order()) || Rows == 0 || Length == 0) return;
        _gather = new StridedCopy(input.Type.SizeOf(), dims, strides, 0);
        WorkspaceBytes = input.Bytes;
    }

    public int Rows { get; }

    public int Length { get; }

    public int WorkspaceBytes { get; }

    /// <summary>All rows, one after another.</summary>
    public ReadOnlySpan<T> Gather<T>(in KernelCall call) where T : unmanaged
    {
        if (_gather is null) return call.Input<T>(0);
        _gather.Run(call.Input(0), call.Workspace[..WorkspaceBytes]);
        return call.WorkspaceAs<T>();
    }
}
