import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import "./dialog.css";

/** What stands in front of the page until it is closed, by its button or by Escape. */
export function Dialog({
  className,
  label,
  title = label,
  onClose,
  children,
  ...data
}: {
  className: string;
  label: string;
  /** Where it is more than the label. */
  title?: ReactNode;
  onClose: () => void;
  children: ReactNode;
  "data-proof"?: string;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      onClose={onClose}
      {...data}
    >
      <header>
        <h2>{title}</h2>
        <button
          className="button quiet icon"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <X size={15} aria-hidden />
        </button>
      </header>
      {children}
    </dialog>
  );
}
