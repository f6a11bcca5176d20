namespace Cim.Runtime.Simd;

/// <summary>The scalar twin: one lane.</summary>
internal readonly unsafe struct Lanes1 : ILanes<int, float>
{
    public static int Count => 1;

    public static int Load(int* p) => *p;

    public static void Store(int* p, int v) => *p = v;

    public static int Broadcast(int v) => v;

    public static int Add(int a, int b) => a + b;

    public static int Subtract(int a, int b) => a - b;

    public static int MultiplyAddPairs(int x, int w) => ((short)x * (short)w) + ((x >> 16) * (w >> 16));

    public static int WidenUnsigned(byte* p) => *p;

    public static int WidenSigned(byte* p) => (sbyte)*p;

    public static int Pair(int low, int high) => (low & 0xFFFF) | (high << 16);

    public static void StoreBytes(byte* p, int v) => *p = unchecked((byte)v);

    public static int Sum(int v) => v;

    public static float LoadF(float* p) => *p;

    public static void StoreF(float* p, float v) => *p = v;

    public static float BroadcastF(float v) => v;

    public static float ToSingle(int v) => v;

    public static float AddF(float a, float b) => a + b;

    public static float MultiplyF(float a, float b) => a * b;

    public static float DivideF(float a, float b) => a / b;

    public static float FusedF(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public static float MinF(float a, float b) => a < b ? a : b;

    public static float MaxF(float a, float b) => a > b ? a : b;

    public static int Bits(float v) => BitConverter.SingleToInt32Bits(v);

    public static int And(int a, int b) => a & b;

    public static int Xor(int a, int b) => a ^ b;

    public static int MinI(int a, int b) => Math.Min(a, b);

    public static int MaxI(int a, int b) => Math.Max(a, b);

    public static int MultiplyLow(int a, int b) => a * b;

    public static int ShiftLeft(int v, int bits) => v << bits;

    public static int ShiftRight(int v, int bits) => v >> bits;

    public static int ShiftRightLogical(int v, int bits) => v >>> bits;

    public static float SqrtF(float v) => MathF.Sqrt(v);

    public static int RoundToInt(float v) => (int)MathF.Round(v);

    public static float FromBits(int v) => BitConverter.Int32BitsToSingle(v);
}
