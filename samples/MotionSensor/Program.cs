using MotionSensor;

// Somebody walks: gravity along z, a step twice a second, 1.28 s of readings at 25 Hz, axis after axis; the bytes of a +-4 g sensor.
byte[] window = [.. from axis in Enumerable.Range(0, 3) from t in Enumerable.Range(0, 32)
                    let g = axis == 2 ? 1 + (0.3f * MathF.Sin(2 * MathF.PI * 2 * t / 25)) : 0f
                    select (byte)MathF.Round((g + 4) * 255 / 8)];

Console.WriteLine(string.Join(", ", Motion.Shared.Run(window).Top(4)));
Console.WriteLine(Motion.Info.Cost);
