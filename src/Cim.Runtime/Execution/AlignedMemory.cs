namespace Cim.Runtime.Execution;

/// <summary>Memory that vectors and cache lines begin at the start of.</summary>
internal static class AlignedMemory
{
    private const int Alignment = 64;

    /// <summary>Zeroed memory whose first byte is at a multiple of 64, for as long as it lives.</summary>
    /// <exception cref="OverflowException">More than 2 GB.</exception>
    public static Memory<byte> Allocate(int bytes)
    {
        // Pinned, so that the address and with it the alignment never changes.
        byte[] array = GC.AllocateArray<byte>(checked(bytes + Alignment), pinned: true);
        int misaligned;
        unsafe
        {
            fixed (byte* start = array) misaligned = (int)((nuint)start % Alignment);
        }

        return array.AsMemory(misaligned == 0 ? 0 : Alignment - misaligned, bytes);
    }
}
